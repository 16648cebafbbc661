import { expect } from 'chai';
import { requireTenantFolder, TenantVideos } from './tenant-videos.ts';

describe('TenantVideos', () => {
  const videos = new TenantVideos('/videos/{tenant}/');

  it('lets a tenant name the videos of its folder alone', () => {
    expect(videos.allows('acme', '/videos/acme/a.mp4')).to.equal(true);
    expect(videos.allows('acme', '/videos/acme/till/7/a.mp4')).to.equal(true);
    for (const other of ['/videos/a.mp4', '/videos/acme2/a.mp4', '/videos/acme.mp4', '//videos/acme/a.mp4']) {
      expect(videos.allows('acme', other), other).to.equal(false);
    }
  });

  it('lets the default tenant name all, and everybody where they share them', () => {
    expect(videos.allows('default', '/videos/acme/a.mp4')).to.equal(true);
    expect(new TenantVideos('/').allows('acme', '/a.mp4')).to.equal(true);
  });

  it('says where a tenant may look', () => {
    expect(() => videos.require({ tenant: 'acme' }, '/videos/b.mp4'))
      .to.throw('These credentials are for videos in /videos/acme/ alone.')
      .with.property('reason', 'VIDEO_NOT_ALLOWED');
  });

  for (const folder of ['', 'videos/{tenant}/', '/videos/{tenant}', '/videos/', '/videos/x{tenant}/']) {
    it(`does not take ${JSON.stringify(folder)} for a folder of each tenant`, () => {
      expect(() => requireTenantFolder(folder)).to.throw(/^must /);
    });
  }
});
