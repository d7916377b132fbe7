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
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
)

const (
	// cacheLifetime is how long suggestions are remembered: while a person types a few commands.
	cacheLifetime = 30 * time.Second
	// maxCache bounds what is read of a file, in bytes.
	maxCache    = 32 << 20
	cachePrefix = "completion-"
)

// Cache is a file that remembers what was read from a cluster. Without a path it remembers nothing.
type Cache struct{ path, key string }

// remembered is what is in the file.
type remembered[T any] struct {
	// Key says whose it is: a file of another cluster or user is not used.
	Key  string    `json:"key"`
	Read time.Time `json:"read"`
	Data T         `json:"data"`
}

// CacheOf returns the cache of one thing that is read with a configuration, such as a path of the API.
func CacheOf(config *genericclioptions.ConfigFlags, what string) Cache {
	folder, err := os.UserCacheDir()
	if err != nil {
		return Cache{}
	}
	key, err := cacheKey(config, what)
	if err != nil {
		return Cache{}
	}
	return Cache{path: filepath.Join(folder, "kubectl-incident", cachePrefix+key[:32]+".json"), key: key}
}

// cacheKey tells apart clusters, users and what was read. It is a hash, from which no credential can be found out.
func cacheKey(flags *genericclioptions.ConfigFlags, what string) (string, error) {
	config, err := flags.ToRESTConfig()
	if err != nil {
		return "", err
	}
	loader := flags.ToRawKubeConfigLoader()
	raw, err := loader.RawConfig()
	if err != nil {
		return "", err
	}
	said, err := json.Marshal([]any{
		what, config.Host, credentialsOf(config), config.Impersonate, raw.CurrentContext, flags.Context, flags.AuthInfoName,
		loader.ConfigAccess().GetLoadingPrecedence(), loader.ConfigAccess().GetExplicitFile(),
	})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(said)
	return hex.EncodeToString(sum[:]), nil
}

// credentialsOf is what a user is recognized by, as far as it tells users apart.
func credentialsOf(config *rest.Config) []any {
	return []any{
		config.Username, config.BearerToken, config.BearerTokenFile, config.CertFile, config.CertData, config.ExecProvider,
		config.AuthProvider,
	}
}

// Recalled returns what a cache remembers or, where it does not, what read returns.
func Recalled[T any](c Cache, now time.Time, read func() (T, error)) (T, error) {
	if data, ok := load[T](c, now); ok {
		return data, nil
	}
	data, err := read()
	if err == nil {
		_ = store(c, now, data) // It is read again the next time.
	}
	return data, err
}

// load refuses whatever it did not write just so: it may be old, broken or somebody else's.
func load[T any](c Cache, now time.Time) (T, bool) {
	var none T
	info, err := os.Lstat(c.path)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 || info.Size() > maxCache {
		return none, false
	}
	data, err := os.ReadFile(c.path)
	if err != nil {
		return none, false
	}
	var found remembered[T]
	if err := json.Unmarshal(data, &found); err != nil || found.Key != c.key {
		return none, false
	}
	age := now.Sub(found.Read)
	return found.Data, age >= 0 && age < cacheLifetime
}

// store writes the whole file or nothing, and takes away the files that are too old to be used.
func store[T any](c Cache, now time.Time, data T) error {
	if c.path == "" {
		return nil
	}
	text, err := json.Marshal(remembered[T]{Key: c.key, Read: now, Data: data})
	if err != nil {
		return fmt.Errorf("encoding suggestions: %w", err)
	}
	folder := filepath.Dir(c.path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	forget(folder, now)
	return writeWhole(c.path, text)
}

// writeWhole makes the file readable for its owner only, as temporary files are.
func writeWhole(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), cachePrefix+"*.new")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name()) // The first failure counts.
	}
	return err
}

func forget(folder string, now time.Time) {
	old, _ := filepath.Glob(filepath.Join(folder, cachePrefix+"*")) // The pattern is a good one.
	for _, path := range old {
		if info, err := os.Lstat(path); err == nil && now.Sub(info.ModTime()) > cacheLifetime {
			_ = os.Remove(path) // Another completion may have been faster.
		}
	}
}
