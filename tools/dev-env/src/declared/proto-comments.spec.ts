import { expect } from 'chai';
import { parseProtoComments } from './proto-comments.ts';

const TEXT = `syntax = "proto3";

package a.v1;

// A service.
service Things {
  // Makes
  // a thing.
  rpc Make(MakeRequest) returns (Thing) {
    option (google.api.http) = {
      post: "/v1/things"
      body: "*"
    };
  }
}

// A thing.
message Thing {
  // Its kind.
  enum Kind {
    // None.
    KIND_UNSPECIFIED = 0;
  }

  // Its name.
  string name = 1 [(buf.validate.field).string.pattern = "^{1,128}$"];

  oneof source {
    option (buf.validate.oneof).required = true;

    // Its path.
    string path = 2;
  }

  // Its kinds.
  repeated Kind kinds = 3;
  bool bare = 4;
}
`;

describe('parseProtoComments', () => {
  it('finds the comment of everything by its full name', () => {
    expect(Object.fromEntries(parseProtoComments(TEXT))).to.deep.equal({
      'a.v1.Things': 'A service.',
      'a.v1.Things.Make': 'Makes\na thing.',
      'a.v1.Thing': 'A thing.',
      'a.v1.Thing.Kind': 'Its kind.',
      'a.v1.Thing.Kind.KIND_UNSPECIFIED': 'None.',
      'a.v1.Thing.name': 'Its name.',
      'a.v1.Thing.path': 'Its path.',
      'a.v1.Thing.kinds': 'Its kinds.',
    });
  });
});
