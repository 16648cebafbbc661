/** As much of an alert's record, in the JSON of the gateway, as the table shows. proto3 JSON leaves out zeros. */
export interface AlertRecordJson {
  uid: string;
  video: string;
  status: 'RECEIVED' | 'PROCESSED' | 'FAILED' | 'QUARANTINED';
  media?: {
    container: string;
    durationSeconds?: number;
    video?: { codec: string; width?: number; height?: number; rotation?: number; frameRate?: number };
    audio?: { codec: string };
  };
  failure?: { code: string; message?: string };
  effort?: { bytesRead?: number; requests?: number; elapsedMs?: number };
}
