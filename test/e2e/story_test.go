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

package e2e

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The story of the demo", func() {
	It("holds, under the shipped roles", func(ctx context.Context) {
		local.Command(ctx, "hack/local.sh", "ingest-start")
		DeferCleanup(func(ctx context.Context) { local.Command(ctx, "hack/local.sh", "ingest-stop") })
		Expect(local.Command(ctx, "hack/story.sh")).To(MatchRegexp(`The story holds: [1-9][0-9]* checks passed`))
	})
})
