//! PROTOS is the folder with the protos and what they import, besides google.protobuf.
use std::env;

fn main() -> std::io::Result<()> {
    let root = env::var("PROTOS").expect("PROTOS");
    let protos: Vec<_> = ["alert/v1/alert_service", "quarantine/v1/quarantined_alert_service", "video/v1/video_service"]
        .map(|name| format!("{root}/proto/vigie/{name}.proto")).into();
    tonic_prost_build::configure()
        .build_server(false)
        .include_file("all.rs")
        .compile_protos(&protos, &[format!("{root}/proto"), format!("{root}/third_party")])
}
