#pragma once

namespace vigie {

// What is set for the whole process: libav's limit on a single allocation and its log. Any thread, any number of times.
void prepareLibav();

}  // namespace vigie
