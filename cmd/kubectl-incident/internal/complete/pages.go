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
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// asTable has the API server send the columns of its tables instead of objects.
	asTable = "application/json;as=Table;v=v1;g=meta.k8s.io"
	// rowsChunk is how many rows one request asks for. Rows without objects are small, and the API server serves a first
	// page from memory, but may have to read and decode every further one from its store.
	rowsChunk = 10_000
	// maxRows bounds what is read for suggestions.
	maxRows = 2 * rowsChunk
)

// Pages reads a page of a table without the objects.
type Pages func(ctx context.Context, path, next string) (*metav1.Table, error)

// Connect returns what reads tables with a configuration.
func Connect(config *rest.Config) (Pages, error) {
	config = rest.CopyConfig(config)
	config.WarningHandler = rest.NoWarnings{}
	config.NegotiatedSerializer = serializer.NewCodecFactory(runtime.NewScheme()).WithoutConversion()
	c, err := rest.UnversionedRESTClientFor(config)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, path, next string) (*metav1.Table, error) {
		request := c.Get().AbsPath(path).SetHeader("Accept", asTable).
			Param("includeObject", string(metav1.IncludeNone)).Param("limit", strconv.Itoa(rowsChunk))
		if next != "" {
			request = request.Param("continue", next)
		}
		data, err := request.Do(ctx).Raw()
		if err != nil {
			return nil, err
		}
		page := &metav1.Table{}
		if err := json.Unmarshal(data, page); err != nil {
			return nil, fmt.Errorf("reading a table: %w", err)
		}
		if page.Kind != "Table" {
			return nil, fmt.Errorf("the server sent a %s instead of a table", page.Kind)
		}
		return page, nil
	}, nil
}

// tablePath is where the API server has the table of a resource of this API.
func tablePath(resource, namespace string) string {
	path := "/apis/" + v1alpha1.GroupVersion.String()
	if namespace != "" {
		path += "/namespaces/" + namespace
	}
	return path + "/" + resource
}

// eachRow sees the rows of a table; text returns what is in a column, empty where there is nothing.
func (pages Pages) eachRow(ctx context.Context, path string, see func(text func(column string) string)) error {
	next := ""
	for rows := 0; rows < maxRows; {
		page, err := pages(ctx, path, next)
		if err != nil {
			return err
		}
		for i := range page.Rows {
			see(func(column string) string { return cellOf(page, i, column) })
		}
		rows += len(page.Rows)
		if next = page.Continue; next == "" {
			return nil
		}
	}
	return nil
}

func cellOf(table *metav1.Table, row int, column string) string {
	at := slices.IndexFunc(table.ColumnDefinitions, func(c metav1.TableColumnDefinition) bool { return c.Name == column })
	if at < 0 || at >= len(table.Rows[row].Cells) {
		return ""
	}
	text, _ := table.Rows[row].Cells[at].(string)
	return text
}
