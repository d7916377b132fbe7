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

package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/incident-operator/incident-operator/internal/webhook"
)

const incident = `{"apiVersion":"incidentoperator.dev/v1alpha1","kind":"Incident","metadata":{"name":"inc","namespace":"soc"},"spec":{"name":"n"}}`

// answer is what the handler answers to a body, as the API server reads it.
func answer(t *testing.T, admit webhook.Admit, method, path string, body io.Reader) (int, *admissionv1.AdmissionResponse) {
	t.Helper()
	handler, err := webhook.Handler(admit)
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequestWithContext(t.Context(), method, path, body)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	review := admissionv1.AdmissionReview{}
	if recorder.Code == http.StatusOK {
		if err := json.Unmarshal(recorder.Body.Bytes(), &review); err != nil {
			t.Fatal(err)
		}
	}
	return recorder.Code, review.Response
}

func review(t *testing.T, raw string) io.Reader {
	t.Helper()
	body, err := json.Marshal(admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request:  &admissionv1.AdmissionRequest{UID: "7", Operation: admissionv1.Create, Object: runtime.RawExtension{Raw: []byte(raw)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(body)
}

func unused(context.Context, *admissionv1.AdmissionRequest) (*unstructured.Unstructured, error) {
	return nil, errors.New("this must not be asked")
}

func TestAnswersSayWhatThePoliciesWant(t *testing.T) {
	refusal := apierrors.NewForbidden(schema.GroupResource{Resource: "incidents"}, "inc", errors.New("no params found"))
	for name, test := range map[string]struct {
		admit      webhook.Admit
		allowed    bool
		patch      string
		code       int32
		mustRefuse string
	}{
		"as it is": {admit: func(context.Context, *admissionv1.AdmissionRequest) (*unstructured.Unstructured, error) {
			return nil, nil
		}, allowed: true, code: http.StatusOK},
		"stamped": {
			admit: func(_ context.Context, request *admissionv1.AdmissionRequest) (*unstructured.Unstructured, error) {
				o := &unstructured.Unstructured{}
				err := o.UnmarshalJSON(request.Object.Raw)
				o.SetAnnotations(map[string]string{"editor.incidentoperator.dev/name": `o'neil "x"@1`})
				return o, err
			},
			allowed: true, code: http.StatusOK,
			patch: `[{"op":"add","path":"/metadata/annotations","value":{"editor.incidentoperator.dev/name":"o'neil \"x\"@1"}}]`,
		},
		"refused by a policy": {
			admit: func(context.Context, *admissionv1.AdmissionRequest) (*unstructured.Unstructured, error) {
				return nil, refusal
			},
			code: http.StatusForbidden, mustRefuse: "no params found",
		},
		"failed":   {admit: unused, code: http.StatusInternalServerError, mustRefuse: "this must not be asked"},
		"panicked": {admit: func(context.Context, *admissionv1.AdmissionRequest) (*unstructured.Unstructured, error) { panic("x") }, code: http.StatusInternalServerError, mustRefuse: "panic"},
	} {
		t.Run(name, func(t *testing.T) {
			code, got := answer(t, test.admit, http.MethodPost, webhook.Path, review(t, incident))
			if code != http.StatusOK {
				t.Fatalf("the answer is %d", code)
			}
			if got.UID != "7" || got.Allowed != test.allowed || got.Result == nil || got.Result.Code != test.code || !strings.Contains(got.Result.Message, test.mustRefuse) {
				t.Errorf("the answer is %+v with %+v", got, got.Result)
			}
			if diff := cmp.Diff(test.patch, string(got.Patch)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsNoRequestIsRefusedUnread(t *testing.T) {
	large := func() io.Reader { return strings.NewReader(strings.Repeat(" ", 6<<20+1)) }
	for name, test := range map[string]struct {
		method, path string
		body         io.Reader
		code         int
	}{
		"another path":             {http.MethodPost, "/", review(t, incident), http.StatusNotFound},
		"another method":           {http.MethodGet, webhook.Path, nil, http.StatusMethodNotAllowed},
		"too large by its header":  {http.MethodPost, webhook.Path, large(), http.StatusRequestEntityTooLarge},
		"too large and not saying": {http.MethodPost, webhook.Path, io.MultiReader(large()), http.StatusOK},
		"no review":                {http.MethodPost, webhook.Path, strings.NewReader("{"), http.StatusOK},
		"nothing":                  {http.MethodPost, webhook.Path, http.NoBody, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			code, got := answer(t, unused, test.method, test.path, test.body)
			if code != test.code {
				t.Fatalf("the answer is %d, not %d", code, test.code)
			}
			if got != nil && (got.Allowed || got.Result.Code != http.StatusBadRequest) {
				t.Errorf("the answer is %+v", got)
			}
		})
	}
}

func TestBodiesWaitForRoom(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	handler, err := webhook.Handler(func(context.Context, *admissionv1.AdmissionRequest) (*unstructured.Unstructured, error) {
		entered <- struct{}{}
		<-leave
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan int)
	post := func(ctx context.Context) {
		// A body of unknown length takes the room of the largest one.
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, webhook.Path, io.MultiReader(review(t, incident)))
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		ended <- recorder.Code
	}
	for range 4 {
		go post(t.Context())
		<-entered
	}
	impatient, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	go post(impatient)
	select {
	case <-entered:
		t.Error("a fifth body was let in")
	case code := <-ended:
		if code != http.StatusServiceUnavailable {
			t.Errorf("the answer to a fifth body is %d", code)
		}
	}
	close(leave)
	for range 4 {
		if code := <-ended; code != http.StatusOK {
			t.Errorf("the answer is %d", code)
		}
	}
}
