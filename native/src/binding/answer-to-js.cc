#include "binding/answer-to-js.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace vigie {
namespace {

Napi::Value toJs(Napi::Env env, const std::string& text) { return Napi::String::New(env, text); }
Napi::Value toJs(Napi::Env env, const char* text) { return Napi::String::New(env, text); }
Napi::Value toJs(Napi::Env env, bool value) { return Napi::Boolean::New(env, value); }

template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T>>>
Napi::Value toJs(Napi::Env env, T value) {
  // Nothing that a file claims may cross as NaN or infinity.
  if (!std::isfinite(static_cast<double>(value))) return env.Null();
  return Napi::Number::New(env, static_cast<double>(value));
}

template <typename T>
Napi::Value toJs(Napi::Env env, const std::optional<T>& value) {
  return value ? toJs(env, *value) : env.Null();
}

Napi::Value toJs(Napi::Env env, const std::vector<std::string>& lines) {
  auto array = Napi::Array::New(env, lines.size());
  for (uint32_t i = 0; i < lines.size(); i++) array.Set(i, lines[i]);
  return array;
}

const char* nameOf(DurationSource source) {
  switch (source) {
    case DurationSource::header:
      return "header";
    case DurationSource::index:
      return "index";
    case DurationSource::estimate:
      return "estimate";
  }
  return "estimate";
}

const char* nameOf(FailureCode code) {
  switch (code) {
    case FailureCode::videoEmpty:
      return "VIDEO_EMPTY";
    case FailureCode::notAVideo:
      return "NOT_A_VIDEO";
    case FailureCode::unsupportedFormat:
      return "UNSUPPORTED_FORMAT";
    case FailureCode::noVideoStream:
      return "NO_VIDEO_STREAM";
    case FailureCode::corruptHeader:
      return "CORRUPT_HEADER";
    case FailureCode::probeTimeout:
      return "PROBE_TIMEOUT";
    case FailureCode::noKeyFrame:
      return "NO_KEY_FRAME";
    case FailureCode::pictureTooLarge:
      return "PICTURE_TOO_LARGE";
    case FailureCode::pictureUndecodable:
      return "PICTURE_UNDECODABLE";
  }
  return "CORRUPT_HEADER";
}

class JsObject {
 public:
  explicit JsObject(Napi::Env env) : env_(env), object_(Napi::Object::New(env)) {}

  template <typename T>
  JsObject& set(const char* name, const T& value) {
    object_.Set(name, toJs(env_, value));
    return *this;
  }
  JsObject& set(const char* name, Napi::Value value) {
    object_.Set(name, value);
    return *this;
  }
  Napi::Object value() const { return object_; }

 private:
  Napi::Env env_;
  Napi::Object object_;
};

Napi::Value videoToJs(Napi::Env env, const VideoTrack& video) {
  return JsObject(env)
      .set("codec", video.codec)
      .set("profile", video.profile)
      .set("width", video.width)
      .set("height", video.height)
      .set("displayWidth", video.displayWidth)
      .set("displayHeight", video.displayHeight)
      .set("rotation", video.rotation)
      .set("sampleAspectRatio", video.sampleAspectRatio)
      .set("frameRate", video.frameRate)
      .set("pixelFormat", video.pixelFormat)
      .set("colorPrimaries", video.colorPrimaries)
      .set("colorTransfer", video.colorTransfer)
      .set("colorSpace", video.colorSpace)
      .set("colorRange", video.colorRange)
      .set("hdr", video.hdr)
      .set("bitRate", video.bitRate)
      .value();
}

Napi::Value audioToJs(Napi::Env env, const std::optional<AudioTrack>& audio) {
  if (!audio) return env.Null();
  return JsObject(env)
      .set("codec", audio->codec)
      .set("sampleRate", audio->sampleRate)
      .set("channels", audio->channels)
      .value();
}

Napi::Value mediaToJs(Napi::Env env, const Media& media) {
  JsObject object(env);
  object.set("container", media.facts.container)
      .set("sizeBytes", media.sizeBytes)
      .set("video", videoToJs(env, media.video))
      .set("audio", audioToJs(env, media.audio));
  if (media.duration) {
    object.set("durationSeconds", media.duration->seconds).set("durationSource", nameOf(media.duration->source));
  } else {
    object.set("durationSeconds", env.Null()).set("durationSource", env.Null());
  }
  return object.set("bitRate", media.bitRate)
      .set("videoStreams", media.videoStreams)
      .set("coverArtStreams", media.coverArtStreams)
      .set("audioStreams", media.audioStreams)
      .set("truncated", media.facts.truncated)
      .set("moovAtEnd", media.facts.moovAtEnd)
      .set("fragmented", media.facts.fragmented)
      .value();
}

Napi::Value bytesToJs(Napi::Env env, const std::vector<uint8_t>& bytes) {
  auto buffer = Napi::ArrayBuffer::New(env, bytes.size());
  std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t*>(buffer.Data()));
  return Napi::Uint8Array::New(env, bytes.size(), buffer, 0);
}

struct AnswerVisitor {
  Napi::Env env;
  const std::vector<std::string>& diagnostics;

  Napi::Object operator()(const Need& need) const {
    return JsObject(env).set("kind", "need").set("offset", need.offset).set("lengthBytes", need.lengthBytes).value();
  }
  Napi::Object operator()(const Media& media) const {
    return JsObject(env)
        .set("kind", "media")
        .set("media", mediaToJs(env, media))
        .set("diagnostics", diagnostics)
        .value();
  }
  Napi::Object operator()(const Poster& poster) const {
    return JsObject(env)
        .set("kind", "poster")
        .set("jpeg", bytesToJs(env, poster.jpeg))
        .set("width", poster.width)
        .set("height", poster.height)
        .set("diagnostics", diagnostics)
        .value();
  }
  Napi::Object operator()(const Failure& failure) const {
    return JsObject(env)
        .set("kind", "failure")
        .set("code", nameOf(failure.code))
        .set("message", failure.message)
        .set("diagnostics", diagnostics)
        .value();
  }
  Napi::Object operator()(const Cancelled&) const { return JsObject(env).set("kind", "cancelled").value(); }
};

}  // namespace

Napi::Object answerToJs(Napi::Env env, const Answer& answer, const std::vector<std::string>& diagnostics) {
  return std::visit(AnswerVisitor{env, diagnostics}, answer);
}

Napi::Object answerToJs(Napi::Env env, const PosterAnswer& answer, const std::vector<std::string>& diagnostics) {
  return std::visit(AnswerVisitor{env, diagnostics}, answer);
}

}  // namespace vigie
