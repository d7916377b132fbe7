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

package aitads_test

import (
	"testing"

	"github.com/incident-operator/incident-operator/internal/detect/aitads"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
)

func FuzzDecode(f *testing.F) {
	detecttest.Fuzz(f, aitads.Format,
		"time,name,ip,host,short,time_label,event_label\n1643445455,W: x,10.0.0.1,mail,W-Sys,dirb,dirb\n1,\"a\n",
		"time,name,ip,host,short\n9e99,a,b,c,Z-1\n1,2\n",
	)
}
