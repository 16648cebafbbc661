import { expect } from 'chai';
import { NativeLoadError } from './native-load-error.ts';

describe('NativeLoadError', () => {
  it('names the file, the cause and the commands that mend it', () => {
    const cause = new Error("Cannot find module 'vigie_native.node'\nRequire stack:\n- here");
    const error = new NativeLoadError('vigie_native.node', cause);
    expect(error.message).to.include("Cannot find module 'vigie_native.node'").and.not.include('Require stack');
    expect(error.message).to.include('npm run build -w native').and.include('libavformat-dev');
    expect(error.cause).to.equal(cause);
  });
});
