//! Calls all that Vigie serves, with what tonic has for it. `call-everything INGEST STORE PROBE PREFIX VIDEO_FILE`: the
//! gateway is all three. tonic has no retry policies: the loop over a restart is the client's own.
use std::{env, error::Error, fs, time::Duration};
use tokio::io::{AsyncBufReadExt, BufReader};
use tonic::{Code, Request, codec::CompressionEncoding::Gzip, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient, server_reflection_request::MessageRequest,
};
use tonic_types::StatusExt;

#[allow(dead_code)]
mod protos {
    include!(concat!(env!("OUT_DIR"), "/all.rs"));
}
use protos::vigie::{
    alert::v1::{alert::Status, alert_service_client::AlertServiceClient, *},
    quarantine::v1::{quarantined_alert_service_client::QuarantinedAlertServiceClient, *},
    video::v1::{video_service_client::VideoServiceClient, *},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().collect();
    let connect = |target: &str| Channel::from_shared(format!("http://{target}")).unwrap().connect_lazy();
    let (ingest, store, probe, prefix) = (connect(&args[1]), connect(&args[2]), connect(&args[3]), args[4].as_str());
    let mut create = AlertServiceClient::new(ingest.clone()).send_compressed(Gzip).accept_compressed(Gzip);
    let mut read = AlertServiceClient::new(store.clone()).send_compressed(Gzip).accept_compressed(Gzip);
    let mut held = QuarantinedAlertServiceClient::new(store).send_compressed(Gzip).accept_compressed(Gzip);
    let mut videos = VideoServiceClient::new(probe).send_compressed(Gzip).accept_compressed(Gzip);
    let mut sent = 0;
    let mut next = || {
        sent += 1;
        let (video, store) = ("/videos/mp4-faststart.mp4".into(), prefix.into());
        Some(Alert { uid: format!("{prefix}{sent}"), video, timestamp: 1748871320.68, store, ..Default::default() })
    };

    let filter = WatchAlertsRequest { stores: vec![prefix.into()], ..Default::default() };
    let mut watch = read.watch_alerts(filter).await?.into_inner();
    watch.message().await?;
    let first = create.create_alert(CreateAlertRequest { alert: next() }).await?.into_inner().uid;
    create.batch_create_alerts(BatchCreateAlertsRequest { alerts: vec![next().unwrap(), next().unwrap()] }).await?;
    let (alerts, received) = tokio::sync::mpsc::channel(1);
    // Answered before the first alert is sent.
    let mut results = create.stream_alerts(tokio_stream::wrappers::ReceiverStream::new(received)).await?.into_inner();
    alerts.send(StreamAlertsRequest { alert: next() }).await?;
    results.message().await?;
    drop(alerts);
    for _ in 0..4 {
        watch.message().await?;
    }
    drop(watch); // That is how tonic cancels.
    let found = read.get_alert(get(&first)).await?.into_inner();
    assert_eq!(found.status(), Status::Processed);
    let page = ListAlertsRequest { stores: vec![prefix.into()], ..Default::default() };
    assert_eq!(read.list_alerts(page).await?.into_inner().alerts.len(), 4);
    read.replay_alerts(ReplayAlertsRequest { stores: vec![prefix.into()], ..Default::default() }).await?;
    held.list_quarantined_alerts(ListQuarantinedAlertsRequest::default()).await?;
    let nobody = || String::from("nobody");
    held.redrive_quarantined_alerts(RedriveQuarantinedAlertsRequest { uid: nobody(), ..Default::default() }).await?;
    held.discard_quarantined_alerts(DiscardQuarantinedAlertsRequest { uid: nobody(), ..Default::default() }).await?;
    videos.probe_video(ProbeVideoRequest { video: "/videos/mp4-faststart.mp4".into() }).await?;
    let source = Some(get_poster_request::Source::Uid(first.clone()));
    videos.get_poster(GetPosterRequest { source, max_side: 0 }).await?;
    let chunk = ProbeStreamRequest { chunk: fs::read(&args[5])?, ..Default::default() };
    videos.probe_stream(tokio_stream::once(chunk)).await?;

    let error = read.get_alert(get("a b")).await.unwrap_err().get_error_details();
    assert_eq!(error.error_info().unwrap().reason, "INVALID_FIELDS");
    assert_eq!(error.bad_request().unwrap().field_violations[0].field, "uid");
    let mut short = Request::new(get(&first));
    short.set_timeout(Duration::from_nanos(1));
    let late = read.get_alert(short).await.unwrap_err().code();
    assert!(late == Code::DeadlineExceeded || late == Code::Cancelled);
    let health = HealthClient::new(ingest.clone()).check(HealthCheckRequest::default()).await?.into_inner();
    assert_eq!(health.status, 1);
    let symbol = MessageRequest::FileContainingSymbol("vigie.alert.v1.AlertService".into());
    let question = ServerReflectionRequest { message_request: Some(symbol), ..Default::default() };
    let mut answers = ServerReflectionClient::new(ingest).server_reflection_info(tokio_stream::once(question)).await?;
    assert!(answers.get_mut().message().await?.is_some());

    println!("restart the server");
    let mut stdin = BufReader::new(tokio::io::stdin()).lines();
    let restarted = tokio::spawn(async move { stdin.next_line().await });
    while !restarted.is_finished() {
        let alert = next();
        while let Err(error) = create.create_alert(CreateAlertRequest { alert: alert.clone() }).await {
            // Of a call that was not sent when its connection ended, tonic says Cancelled or Internal.
            let is_lost = error.source().is_some_and(|source| source.is::<tonic::transport::Error>());
            assert!(is_lost || error.code() == Code::Unavailable, "{error:?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    create.create_alert(CreateAlertRequest { alert: next() }).await?;
    println!("done");
    Ok(())
}

fn get(uid: &str) -> GetAlertRequest {
    GetAlertRequest { uid: uid.into(), ..Default::default() }
}
