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

package expression

import (
	"fmt"
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// part is a part of an alert as a value of CEL.
type part struct {
	value    any
	kind     string
	provider *provider
}

// ConvertToNative implements ref.Val.
func (p part) ConvertToNative(target reflect.Type) (any, error) {
	if value := reflect.ValueOf(p.value); value.Type().AssignableTo(target) {
		return p.value, nil
	}
	return nil, fmt.Errorf("a %s is no %v", p.kind, target)
}

// ConvertToType implements ref.Val.
func (p part) ConvertToType(target ref.Type) ref.Val {
	switch target.TypeName() {
	case p.kind:
		return p
	case types.TypeType.TypeName():
		return cel.ObjectType(p.kind)
	default:
		return types.NewErr("a %s is no %s", p.kind, target.TypeName())
	}
}

// Equal implements ref.Val.
func (p part) Equal(other ref.Val) ref.Val {
	o, ok := other.(part)
	return types.Bool(ok && reflect.DeepEqual(p.value, o.value))
}

// Type implements ref.Val.
func (p part) Type() ref.Type {
	return types.NewObjectType(p.kind, traits.FieldTesterType, traits.IndexerType)
}

// Value implements ref.Val.
func (p part) Value() any { return p.value }

// IsSet implements traits.FieldTester.
func (p part) IsSet(name ref.Val) ref.Val {
	f, err := p.field(name)
	if err != nil {
		return err
	}
	return types.Bool(f.isSet(p.value))
}

// Get implements traits.Indexer.
func (p part) Get(name ref.Val) ref.Val {
	f, err := p.field(name)
	if err != nil {
		return err
	}
	return p.provider.NativeToValue(f.get(p.value))
}

func (p part) field(name ref.Val) (field, ref.Val) {
	key, ok := name.(types.String)
	if !ok {
		return field{}, types.MaybeNoSuchOverloadErr(name)
	}
	f, ok := parts[p.kind][string(key)]
	if !ok {
		return field{}, types.NewErr("a %s has no field %q", p.kind, string(key))
	}
	return f, nil
}
