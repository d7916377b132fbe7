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
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// maxAnswer bounds an answer of the console, in bytes.
const maxAnswer = 64 << 20

// link is what the console prints: its address, and the code by which a browser signs in.
var link = regexp.MustCompile(`(http://127\.0\.0\.1:\d+)/#code=(\S+)`)

// consolePages are what measureConsole times, in this order.
func consolePages() []string {
	return []string{
		"console: the queue, just signed in", "console: the queue, once more",
		"console: the first alerts of " + big, "console: all alerts of " + big,
	}
}

// consoleServer is a console that somebody has signed in to.
type consoleServer struct {
	command *exec.Cmd
	address string
	token   string
}

// measureConsole starts a console and times the answers of its server. The browser's part is measured in test/console.
func measureConsole(ctx context.Context, s settings, pages []figures) (err error) {
	server, err := startConsole(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop(pages)) }()
	alerts := "/api/incidents/" + namespace + "/" + big + "/alerts"
	steps := []func() error{
		func() error { return server.get(ctx, "/api/incidents", nil) },
		func() error { return server.get(ctx, "/api/incidents", nil) },
		func() error { return server.get(ctx, alerts, nil) },
		func() error { return server.whole(ctx, alerts) },
	}
	for i, step := range steps {
		begin := time.Now()
		if err := step(); err != nil {
			return fmt.Errorf("measuring %s: %w", pages[i].name, err)
		}
		pages[i].seconds = append(pages[i].seconds, time.Since(begin).Seconds())
	}
	return nil
}

func startConsole(ctx context.Context, s settings) (*consoleServer, error) {
	server := &consoleServer{command: exec.CommandContext(ctx, filepath.Join(s.bin, "kubectl-incident"), //nolint:gosec // The folder is a flag.
		"--kubeconfig", s.kubeconfig(), "--namespace", namespace, "console", "--port=0")}
	server.command.Stderr = os.Stderr
	output, err := server.command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("reading what the console prints: %w", err)
	}
	if err := server.command.Start(); err != nil {
		return nil, fmt.Errorf("starting the console: %w", err)
	}
	code, err := server.printed(output)
	if err == nil {
		err = server.signIn(ctx, code)
	}
	if err != nil {
		return nil, errors.Join(err, server.stop(nil))
	}
	return server, nil
}

// printed reads the address and returns the code.
func (c *consoleServer) printed(output io.Reader) (string, error) {
	var text strings.Builder
	for part := make([]byte, 1024); ; {
		n, err := output.Read(part)
		text.Write(part[:n])
		if found := link.FindStringSubmatch(text.String()); found != nil && strings.HasSuffix(text.String(), "\n") {
			c.address = found[1]
			return url.QueryUnescape(found[2])
		}
		if err != nil {
			return "", fmt.Errorf("the console prints no link, but %q: %w", text.String(), err)
		}
	}
}

func (c *consoleServer) signIn(ctx context.Context, code string) error {
	body, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		return fmt.Errorf("writing the code: %w", err)
	}
	var session struct{ Token string }
	if err := c.do(ctx, http.MethodPost, "/session", bytes.NewReader(body), &session); err != nil {
		return err
	}
	c.token = session.Token
	return nil
}

func (c *consoleServer) get(ctx context.Context, path string, into any) error {
	return c.do(ctx, http.MethodGet, path, http.NoBody, into)
}

// whole asks until all alerts of an incident have been read.
func (c *consoleServer) whole(ctx context.Context, path string) error {
	for {
		var answer struct{ Whole bool }
		if err := c.get(ctx, path, &answer); err != nil || answer.Whole {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *consoleServer) do(ctx context.Context, method, path string, body io.Reader, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, c.address+path, body)
	if err != nil {
		return fmt.Errorf("asking for %s: %w", path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("asking for %s: %w", path, err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("reading the answer to %s: %w", path, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("asking for %s: %s", path, response.Status)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("reading the answer to %s: %w", path, err)
	}
	return nil
}

// stop ends the console as Ctrl-C does, and notes for its pages how much memory it took.
func (c *consoleServer) stop(pages []figures) error {
	if err := c.command.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("ending the console: %w", err)
	}
	if err := c.command.Wait(); err != nil {
		return fmt.Errorf("ending the console: %w", err)
	}
	peak, err := peakMiB(c.command)
	for i := range pages {
		pages[i].peakMiB = append(pages[i].peakMiB, peak)
	}
	return err
}
