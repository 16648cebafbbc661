/** Counts what was really sent over the network for one probe, repeated requests included. */
export class ReadMeter {
  requests = 0;
  bytesRead = 0;
}
