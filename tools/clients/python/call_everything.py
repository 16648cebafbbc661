"""Calls all that Vigie serves, with what grpcio has for it.

Usage: call_everything.py INGEST STORE PROBE PREFIX VIDEO_FILE. The gateway is all three. SERVICE_CONFIG is the one of
docs/clients.md.
"""

import os
import pathlib
import sys
import threading

import grpc
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_status import rpc_status
from vigie.alert.v1 import alert_pb2, alert_service_pb2 as alerts, alert_service_pb2_grpc
from vigie.quarantine.v1 import quarantined_alert_service_pb2 as quarantine, quarantined_alert_service_pb2_grpc
from vigie.video.v1 import video_service_pb2 as videos, video_service_pb2_grpc

prefix, video_file = sys.argv[4], pathlib.Path(sys.argv[5])
options = [("grpc.service_config", os.environ["SERVICE_CONFIG"])]
ingest, store, probe = (
    grpc.insecure_channel(target, options, compression=grpc.Compression.Gzip) for target in sys.argv[1:4]
)
create, read = alert_service_pb2_grpc.AlertServiceStub(ingest), alert_service_pb2_grpc.AlertServiceStub(store)
held = quarantined_alert_service_pb2_grpc.QuarantinedAlertServiceStub(store)
video = video_service_pb2_grpc.VideoServiceStub(probe)
call = {"timeout": 60, "wait_for_ready": True}
sent = 0


def alert():
    global sent
    sent += 1
    return alert_pb2.Alert(
        uid=f"{prefix}{sent}", video="/videos/mp4-faststart.mp4", timestamp=1748871320.68, store=prefix
    )


def fails(work, code):
    try:
        work()
    except grpc.RpcError as error:
        assert error.code() == code, error
        return error
    raise AssertionError(f"{code} was expected")


watch = read.WatchAlerts(alerts.WatchAlertsRequest(stores=[prefix]), **call)
next(watch)
first = create.CreateAlert(alerts.CreateAlertRequest(alert=alert()), **call)
create.BatchCreateAlerts(alerts.BatchCreateAlertsRequest(alerts=[alert(), alert()]), **call)
over = threading.Event()


def requests():
    yield alerts.StreamAlertsRequest(alert=alert())
    over.wait()


stream = create.StreamAlerts(requests(), **call)
next(stream)
over.set()
for _ in range(sent):
    next(watch)
watch.cancel()
fails(lambda: next(watch), grpc.StatusCode.CANCELLED)
assert read.GetAlert(alerts.GetAlertRequest(uid=first.uid), **call).status == alert_pb2.Alert.PROCESSED
assert len(read.ListAlerts(alerts.ListAlertsRequest(stores=[prefix]), **call).alerts) == sent
read.ReplayAlerts(alerts.ReplayAlertsRequest(stores=[prefix]), **call)
held.ListQuarantinedAlerts(quarantine.ListQuarantinedAlertsRequest(), **call)
held.RedriveQuarantinedAlerts(quarantine.RedriveQuarantinedAlertsRequest(uid="nobody"), **call)
held.DiscardQuarantinedAlerts(quarantine.DiscardQuarantinedAlertsRequest(uid="nobody"), **call)
video.ProbeVideo(videos.ProbeVideoRequest(video="/videos/mp4-faststart.mp4"), **call)
video.GetPoster(videos.GetPosterRequest(uid=first.uid), **call)
video.ProbeStream(iter([videos.ProbeStreamRequest(chunk=video_file.read_bytes())]), **call)

error = fails(lambda: read.GetAlert(alerts.GetAlertRequest(uid="a b"), **call), grpc.StatusCode.INVALID_ARGUMENT)
info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
details = rpc_status.from_call(error).details
assert details[0].Unpack(info) and info.reason == "INVALID_FIELDS"
assert details[1].Unpack(bad_request) and bad_request.field_violations[0].field == "uid"
fails(lambda: read.GetAlert(alerts.GetAlertRequest(uid=first.uid), timeout=1e-6), grpc.StatusCode.DEADLINE_EXCEEDED)

health = health_pb2_grpc.HealthStub(ingest).Check(health_pb2.HealthCheckRequest(), **call)
assert health.status == health_pb2.HealthCheckResponse.SERVING
symbol = reflection_pb2.ServerReflectionRequest(file_containing_symbol="vigie.alert.v1.AlertService")
reflection = reflection_pb2_grpc.ServerReflectionStub(ingest).ServerReflectionInfo(iter([symbol]), **call)
assert next(reflection).HasField("file_descriptor_response")

print("restart the server", flush=True)
restarted = threading.Thread(target=sys.stdin.readline)
restarted.start()
while restarted.is_alive():
    create.CreateAlert(alerts.CreateAlertRequest(alert=alert()), **call)
create.CreateAlert(alerts.CreateAlertRequest(alert=alert()), **call)
print("done")
