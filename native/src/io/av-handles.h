#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <memory>

namespace vigie {

struct FormatCloser {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};

// libav may swap the buffer of an AVIOContext, so it is freed through the context.
struct IoCloser {
  void operator()(AVIOContext* context) const {
    av_freep(static_cast<void*>(&context->buffer));
    avio_context_free(&context);
  }
};

struct CodecCloser {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};

struct PacketCloser {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};

struct FrameCloser {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};

using FormatHandle = std::unique_ptr<AVFormatContext, FormatCloser>;
using IoHandle = std::unique_ptr<AVIOContext, IoCloser>;
using CodecHandle = std::unique_ptr<AVCodecContext, CodecCloser>;
using PacketHandle = std::unique_ptr<AVPacket, PacketCloser>;
using FrameHandle = std::unique_ptr<AVFrame, FrameCloser>;

}  // namespace vigie
