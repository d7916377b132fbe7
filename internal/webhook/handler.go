/*
Copyright The Incident Operator Authors.

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
*/

package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-logr/logr"
	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrladmission "sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// Path is where requests for admission are taken.
const Path = "/admit"

// Admit returns the object of a request as it must be, or nil if it is right as it is. An error refuses the request.
type Admit func(ctx context.Context, request *admissionv1.AdmissionRequest) (*unstructured.Unstructured, error)

// Handler answers requests for admission. It counts them in the metrics that controller-runtime has for webhooks.
func Handler(admit Admit) (http.Handler, error) {
	// Whoever reaches the port may send what is no request. That is for the metrics, not for the log.
	silent := func(logr.Logger, *ctrladmission.Request) logr.Logger { return logr.Discard() }
	handler, err := ctrladmission.StandaloneWebhook(
		&ctrladmission.Webhook{Handler: admit, LogConstructor: silent},
		ctrladmission.StandaloneOptions{MetricsPath: Path},
	)
	if err != nil {
		return nil, fmt.Errorf("preparing the webhook: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST "+Path, bounded(handler))
	return mux, nil
}

// Handle answers one request.
func (a Admit) Handle(ctx context.Context, request ctrladmission.Request) ctrladmission.Response {
	object, err := a(ctx, &request.AdmissionRequest)
	var status apierrors.APIStatus
	switch {
	case errors.As(err, &status):
		result := status.Status()
		return ctrladmission.Response{AdmissionResponse: admissionv1.AdmissionResponse{Result: &result}}
	case err != nil:
		return ctrladmission.Errored(http.StatusInternalServerError, err)
	case object == nil:
		return ctrladmission.Allowed("")
	}
	current, err := json.Marshal(object.Object)
	if err != nil {
		return ctrladmission.Errored(http.StatusInternalServerError, fmt.Errorf("encoding the object: %w", err))
	}
	return ctrladmission.PatchResponseFromRaw(request.Object.Raw, current)
}
