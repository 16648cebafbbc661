import { file_vigie_alert_v1_alert } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { file_vigie_video_v1_video_service } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { expect } from 'chai';
import { readProtoComments } from './proto-comments.ts';

describe('readProtoComments', () => {
  it('finds the comment of everything by its full name', () => {
    const comments = readProtoComments([file_vigie_alert_v1_alert, file_vigie_video_v1_video_service]);
    for (const [name, comment] of Object.entries({
      'vigie.video.v1.VideoService': /^Videos: what a video is/,
      'vigie.video.v1.VideoService.ProbeVideo': /^Probes a video of the video server[.]\n\nA video that/,
      'vigie.alert.v1.Alert': /^An alert: .*[.]\n\nA client/s,
      'vigie.alert.v1.Alert.uid': /^Identifies the alert/,
      'vigie.alert.v1.Alert.Status': /^How far/,
      'vigie.alert.v1.Alert.Status.FAILED': /^The video can't be understood/,
      'vigie.alert.v1.Alert.Retry.attempts': /^How many there were[.]$/,
      // A member of a oneof.
      'vigie.video.v1.GetPosterRequest.uid': /^The uid of an alert/,
    })) {
      expect(comments.get(name), name).to.match(comment);
    }
    // Imported.
    expect(comments.get('vigie.video.v1.Media')).to.match(/^What/);
    expect(comments.get('vigie.quarantine.v1.QuarantinedAlert')).to.equal(undefined);
  });
});
