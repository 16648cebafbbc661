import com.google.gson.Gson;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import vigie.alert.v1.*;
import vigie.quarantine.v1.*;
import vigie.video.v1.*;

/**
 * Calls all that Vigie serves, with what grpc-java has for it. {@code CallEverything INGEST STORE PROBE PREFIX
 * VIDEO_FILE}: the gateway is all three. SERVICE_CONFIG is the one of docs/clients.md.
 */
public final class CallEverything {
  private static String prefix;
  private static int sent;

  public static void main(String[] args) throws Exception {
    ManagedChannel ingest = open(args[0]), store = open(args[1]), probe = open(args[2]);
    prefix = args[3];
    var create = with(AlertServiceGrpc.newBlockingStub(ingest));
    var read = with(AlertServiceGrpc.newBlockingStub(store));
    var held = with(QuarantinedAlertServiceGrpc.newBlockingStub(store));
    var videos = with(VideoServiceGrpc.newBlockingStub(probe));

    var watching = Context.current().withCancellation();
    var filter = WatchAlertsRequest.newBuilder().addStores(prefix).build();
    var watch = watching.call(() -> read.watchAlerts(filter));
    watch.next();
    var uid = create.createAlert(CreateAlertRequest.newBuilder().setAlert(alert()).build()).getUid();
    create.batchCreateAlerts(BatchCreateAlertsRequest.newBuilder().addAlerts(alert()).addAlerts(alert()).build());
    var streamed = StreamAlertsRequest.newBuilder().setAlert(alert()).build();
    stream(streamed, with(AlertServiceGrpc.newStub(ingest))::streamAlerts);
    for (int seen = 0; seen < sent; seen++) watch.next();
    watching.cancel(null);
    expect(failure(watch::next).getStatus().getCode(), Code.CANCELLED);
    expect(read.getAlert(get(uid)).getStatus(), Alert.Status.PROCESSED);
    expect(read.listAlerts(ListAlertsRequest.newBuilder().addStores(prefix).build()).getAlertsCount(), sent);
    read.replayAlerts(ReplayAlertsRequest.newBuilder().addStores(prefix).build());
    held.listQuarantinedAlerts(ListQuarantinedAlertsRequest.getDefaultInstance());
    held.redriveQuarantinedAlerts(RedriveQuarantinedAlertsRequest.newBuilder().setUid("nobody").build());
    held.discardQuarantinedAlerts(DiscardQuarantinedAlertsRequest.newBuilder().setUid("nobody").build());
    videos.probeVideo(ProbeVideoRequest.newBuilder().setVideo("/videos/mp4-faststart.mp4").build());
    videos.getPoster(GetPosterRequest.newBuilder().setUid(uid).build());
    var chunk = ProbeStreamRequest.newBuilder().setChunk(ByteString.copyFrom(Files.readAllBytes(Path.of(args[4]))));
    stream(chunk.build(), with(VideoServiceGrpc.newStub(probe))::probeStream);

    var details = StatusProto.fromThrowable(failure(() -> read.getAlert(get("a b")))).getDetailsList();
    expect(details.get(0).unpack(ErrorInfo.class).getReason(), "INVALID_FIELDS");
    expect(details.get(1).unpack(BadRequest.class).getFieldViolations(0).getField(), "uid");
    var late = failure(() -> read.withDeadlineAfter(1, TimeUnit.NANOSECONDS).getAlert(get(uid)));
    expect(late.getStatus().getCode(), Code.DEADLINE_EXCEEDED);
    var health = with(HealthGrpc.newBlockingStub(ingest)).check(HealthCheckRequest.getDefaultInstance());
    expect(health.getStatus(), ServingStatus.SERVING);
    var symbol = ServerReflectionRequest.newBuilder().setFileContainingSymbol("vigie.alert.v1.AlertService").build();
    ServerReflectionResponse described =
        stream(symbol, with(ServerReflectionGrpc.newStub(ingest))::serverReflectionInfo);
    expect(described.hasFileDescriptorResponse(), true);

    System.out.println("restart the server");
    var restarted = CompletableFuture.supplyAsync(() -> new Scanner(System.in).nextLine());
    do {
      var request = CreateAlertRequest.newBuilder().setAlert(alert()).build();
      create.withDeadlineAfter(1, TimeUnit.MINUTES).createAlert(request);
    } while (!restarted.isDone());
    System.out.println("done");
    System.exit(0);
  }

  private static ManagedChannel open(String target) {
    Map<String, ?> serviceConfig = new Gson().fromJson(System.getenv("SERVICE_CONFIG"), Map.class);
    return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()).defaultServiceConfig(serviceConfig).build();
  }

  private static <S extends AbstractStub<S>> S with(S stub) {
    return stub.withCompression("gzip").withWaitForReady().withDeadlineAfter(2, TimeUnit.MINUTES);
  }

  private static Alert alert() {
    var alert = Alert.newBuilder().setUid(prefix + ++sent).setVideo("/videos/mp4-faststart.mp4").setStore(prefix);
    return alert.setTimestamp(1748871320.68).build();
  }

  private static GetAlertRequest get(String uid) {
    return GetAlertRequest.newBuilder().setUid(uid).build();
  }

  /** Sends one message of a stream, and returns the first answer. */
  private static <I, O> O stream(I request, Function<StreamObserver<O>, StreamObserver<I>> call) throws Exception {
    var answer = new CompletableFuture<O>();
    var requests = call.apply(new StreamObserver<O>() {
      public void onNext(O value) { answer.complete(value); }
      public void onError(Throwable error) { answer.completeExceptionally(error); }
      public void onCompleted() {}
    });
    requests.onNext(request);
    requests.onCompleted();
    return answer.get(1, TimeUnit.MINUTES);
  }

  private static StatusRuntimeException failure(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException error) {
      return error;
    }
    throw new AssertionError("an error was expected");
  }

  private static <T> void expect(T found, T wanted) {
    if (!wanted.equals(found)) throw new AssertionError("found " + found + ", not " + wanted);
  }
}
