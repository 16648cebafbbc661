// A user's program: sends an alert by the client that oapi-codegen makes, and reads its outcome.
package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

func main() {
	api, err := NewClientWithResponses(os.Args[1])
	must(err == nil, err)
	ctx := context.Background()
	uid := fmt.Sprintf("go-%d", time.Now().UnixNano())
	alert := NewAlert{
		Uid:       uid,
		Video:     "/videos/mp4-faststart.mp4",
		Timestamp: float64(time.Now().UnixMilli()) / 1000,
		Store:     "openapi",
	}
	created, err := api.CreateAlertWithResponse(ctx, &CreateAlertParams{IdempotencyKey: &uid}, alert)
	must(err == nil && created.JSON202 != nil && created.JSON202.Uid == uid, created, err)
	wait := "30s"
	found, err := api.GetAlertWithResponse(ctx, uid, &GetAlertParams{Wait: &wait})
	must(err == nil && found.JSON200 != nil, found, err)
	must(found.JSON200.Media != nil && *found.JSON200.Media.Video.Codec == "h264", found.JSON200)
	missing, err := api.GetAlertWithResponse(ctx, "no-such", nil)
	must(err == nil && missing.JSON404 != nil && missing.JSON404.Error.Status == "NOT_FOUND", missing, err)
}

func must(holds bool, found ...any) {
	if !holds {
		panic(fmt.Sprintf("%+v", found))
	}
}
