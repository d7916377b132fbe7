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

package main

import (
	"strings"

	"github.com/spf13/pflag"
)

// textsVar lets a flag take several values of a type of strings.
func textsVar[T ~string](flags *pflag.FlagSet, values *[]T, name, usage string) {
	flags.Var((*textsValue[T])(values), name, usage)
}

func textVar[T ~string](flags *pflag.FlagSet, value *T, name, usage string) {
	flags.Var(textValue[T]{value}, name, usage)
}

// textsValue can be read back, as a list too: that is how a saved query gets to know it.
type textsValue[T ~string] []T

// Set implements pflag.Value.
func (v *textsValue[T]) Set(text string) error {
	for one := range strings.SplitSeq(text, ",") {
		*v = append(*v, T(one))
	}
	return nil
}

// String implements pflag.Value.
func (v *textsValue[T]) String() string { return strings.Join(v.GetSlice(), ",") }

// Type implements pflag.Value.
func (v *textsValue[T]) Type() string { return "strings" }

// Append implements pflag.SliceValue.
func (v *textsValue[T]) Append(text string) error { //nolint:unparam // The interface wants it.
	*v = append(*v, T(text))
	return nil
}

// Replace implements pflag.SliceValue.
func (v *textsValue[T]) Replace(texts []string) error { //nolint:unparam // The interface wants it.
	*v = nil
	for _, text := range texts {
		*v = append(*v, T(text))
	}
	return nil
}

// GetSlice implements pflag.SliceValue.
func (v *textsValue[T]) GetSlice() []string {
	texts := make([]string, 0, len(*v))
	for _, text := range *v {
		texts = append(texts, string(text))
	}
	return texts
}

type textValue[T ~string] struct{ text *T }

// Set implements pflag.Value.
func (v textValue[T]) Set(text string) error {
	*v.text = T(text)
	return nil
}

// String implements pflag.Value; pflag asks a zero value too.
func (v textValue[T]) String() string {
	if v.text == nil {
		return ""
	}
	return string(*v.text)
}

// Type implements pflag.Value.
func (v textValue[T]) Type() string { return "string" }
