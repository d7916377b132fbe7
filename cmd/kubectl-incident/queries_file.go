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
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// maxQueries bounds what is read of a file of queries.
const maxQueries = 1 << 20

// queriesPath says where the queries are.
func queriesPath(path string) (string, error) {
	if path != "" {
		return path, nil
	}
	if path := os.Getenv(queriesVariable); path != "" {
		return path, nil
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("finding the file of queries: %w; name it with --queries", err)
	}
	return filepath.Join(folder, "kubectl-incident", "queries.yaml"), nil
}

// loadQueries returns no queries where there is no file yet.
func loadQueries(path string) (string, query.Saved, error) {
	path, err := queriesPath(path)
	if err != nil {
		return "", query.Saved{}, err
	}
	data, err := readInput(nil, path, maxQueries)
	if errors.Is(err, os.ErrNotExist) {
		return path, query.Saved{}, nil
	}
	if err != nil {
		return "", query.Saved{}, fmt.Errorf("reading the queries: %w", err)
	}
	var saved query.Saved
	if err := yaml.UnmarshalStrict(data, &saved); err != nil {
		return "", query.Saved{}, fmt.Errorf("reading the queries in %s: %w", path, err)
	}
	if err := saved.Validate(saveableNames()); err != nil {
		return "", query.Saved{}, fmt.Errorf("reading the queries in %s: %w", path, err)
	}
	return path, saved, nil
}

func saveableNames() []string {
	var filters filterFlags
	filters.addTo(pflag.NewFlagSet("", pflag.ContinueOnError))
	names := slices.Clone(savedFormats)
	filters.set.VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
	return names
}

// storeQueries writes the whole file or nothing. Where the path is a link, what it leads to is written.
func storeQueries(path string, saved query.Saved) error {
	old, err := readInput(nil, path, maxQueries)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading the queries: %w", err)
	}
	data, err := editQueries(old, saved)
	if err != nil {
		return err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("saving the queries: %w", err)
	}
	if err := replaceFile(path, data); err != nil {
		return fmt.Errorf("saving the queries: %w", err)
	}
	return nil
}

// replaceFile keeps the permissions of a file that is there.
func replaceFile(path string, data []byte) (err error) {
	mode := os.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".queries-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name()) // The first failure counts.
		}
	}()
	_, err = file.Write(data)
	err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
