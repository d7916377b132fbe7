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

package complete

import (
	"context"
)

// Words are always the same.
func Words[T ~string](all ...T) Source {
	return func(context.Context, *Typing) ([]Suggestion, error) {
		var some []Suggestion
		for _, word := range all {
			some = append(some, Suggestion{Text: string(word)})
		}
		return some, nil
	}
}

// Nothing is for what cannot be known.
func Nothing(context.Context, *Typing) ([]Suggestion, error) { return nil, nil }
