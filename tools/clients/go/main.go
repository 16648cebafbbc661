// Calls all that Vigie serves, with what grpc-go has for it. `call-everything INGEST STORE PROBE PREFIX VIDEO_FILE`: the
// gateway is all three. SERVICE_CONFIG is the one of docs/clients.md.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	_ "google.golang.org/grpc/health"
	health "google.golang.org/grpc/health/grpc_health_v1"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	alert "vigie/alert/v1"
	quarantine "vigie/quarantine/v1"
	video "vigie/video/v1"
)

func dial(target string) *grpc.ClientConn {
	return must(grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(os.Getenv("SERVICE_CONFIG")),
		grpc.WithDefaultCallOptions(grpc.UseCompressor(gzip.Name), grpc.WaitForReady(true))))
}

func main() {
	ingest, store, probe, prefix := dial(os.Args[1]), dial(os.Args[2]), dial(os.Args[3]), os.Args[4]
	create, read, held := alert.NewAlertServiceClient(ingest), alert.NewAlertServiceClient(store), quarantine.NewQuarantinedAlertServiceClient(store)
	videos := video.NewVideoServiceClient(probe)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	sent := 0
	next := func() *alert.Alert {
		sent++
		return &alert.Alert{Uid: fmt.Sprint(prefix, sent), Video: "/videos/mp4-faststart.mp4", Timestamp: 1748871320.68, Store: prefix}
	}

	watching, stopWatching := context.WithCancel(ctx)
	watch := must(read.WatchAlerts(watching, &alert.WatchAlertsRequest{Stores: []string{prefix}}))
	must(watch.Recv())
	first := must(create.CreateAlert(ctx, &alert.CreateAlertRequest{Alert: next()}))
	must(create.BatchCreateAlerts(ctx, &alert.BatchCreateAlertsRequest{Alerts: []*alert.Alert{next(), next()}}))
	stream := must(create.StreamAlerts(ctx))
	must(stream.Header()) // There before the first alert is sent.
	check(stream.Send(&alert.StreamAlertsRequest{Alert: next()}))
	must(stream.Recv())
	check(stream.CloseSend())
	for seen := 0; seen < sent; seen++ {
		must(watch.Recv())
	}
	stopWatching()
	_, err := watch.Recv()
	expect(status.Code(err), codes.Canceled)
	expect(must(read.GetAlert(ctx, &alert.GetAlertRequest{Uid: first.Uid})).GetStatus(), alert.Alert_PROCESSED)
	expect(len(must(read.ListAlerts(ctx, &alert.ListAlertsRequest{Stores: []string{prefix}})).Alerts), sent)
	must(read.ReplayAlerts(ctx, &alert.ReplayAlertsRequest{Stores: []string{prefix}}))
	must(held.ListQuarantinedAlerts(ctx, &quarantine.ListQuarantinedAlertsRequest{}))
	must(held.RedriveQuarantinedAlerts(ctx, &quarantine.RedriveQuarantinedAlertsRequest{Uid: "nobody"}))
	must(held.DiscardQuarantinedAlerts(ctx, &quarantine.DiscardQuarantinedAlertsRequest{Uid: "nobody"}))
	must(videos.ProbeVideo(ctx, &video.ProbeVideoRequest{Video: next().Video}))
	must(videos.GetPoster(ctx, &video.GetPosterRequest{Source: &video.GetPosterRequest_Uid{Uid: first.Uid}}))
	chunks := must(videos.ProbeStream(ctx))
	check(chunks.Send(&video.ProbeStreamRequest{Chunk: must(os.ReadFile(os.Args[5]))}))
	must(chunks.CloseAndRecv())

	_, err = read.GetAlert(ctx, &alert.GetAlertRequest{Uid: "a b"})
	details := status.Convert(err).Details()
	expect(details[0].(*errdetails.ErrorInfo).Reason, "INVALID_FIELDS")
	expect(details[1].(*errdetails.BadRequest).FieldViolations[0].Field, "uid")
	short, cancelShort := context.WithTimeout(ctx, time.Microsecond)
	defer cancelShort()
	_, err = read.GetAlert(short, &alert.GetAlertRequest{Uid: first.Uid})
	expect(status.Code(err), codes.DeadlineExceeded)

	checked := must(health.NewHealthClient(ingest).Check(ctx, &health.HealthCheckRequest{}))
	expect(checked.Status, health.HealthCheckResponse_SERVING)
	described := must(reflection.NewServerReflectionClient(ingest).ServerReflectionInfo(ctx))
	check(described.Send(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{
		FileContainingSymbol: "vigie.alert.v1.AlertService"}}))
	expect(must(described.Recv()).GetErrorResponse() == nil, true)

	fmt.Println("restart the server")
	restarted := make(chan error)
	go func() { _, err := bufio.NewReader(os.Stdin).ReadString('\n'); restarted <- err }()
	for over := false; !over; {
		must(create.CreateAlert(ctx, &alert.CreateAlertRequest{Alert: next()}))
		select {
		case err := <-restarted:
			check(err)
			over = true
		default:
		}
	}
	must(create.CreateAlert(ctx, &alert.CreateAlertRequest{Alert: next()}))
	fmt.Println("done")
}

func must[T any](value T, err error) T { check(err); return value }

func check(err error) {
	if err != nil && err != io.EOF {
		panic(err)
	}
}

func expect[T comparable](found, wanted T) {
	if found != wanted {
		panic(fmt.Sprintf("found %v, not %v", found, wanted))
	}
}
