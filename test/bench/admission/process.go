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
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// tick is the unit of processor time in /proc on Linux.
const tick = 10 * time.Millisecond

// childNamed finds the one process of that name that this process started.
func childNamed(name string) (int, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, fmt.Errorf("listing processes: %w", err)
	}
	for _, path := range paths {
		fields, command, err := readStat(path)
		if err != nil {
			continue // It ended meanwhile.
		}
		// The kernel cuts names to 15 characters.
		if command == name[:min(len(name), 15)] && fields[1] == strconv.Itoa(os.Getpid()) {
			return strconv.Atoi(filepath.Base(filepath.Dir(path)))
		}
	}
	return 0, fmt.Errorf("finding the process of %s: none was started", name)
}

// processorTime is what a process has used so far.
func processorTime(pid int) (time.Duration, error) {
	fields, _, err := readStat(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("reading processor time: %w", err)
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("reading processor time: %w", err)
	}
	return time.Duration(user+system) * tick, nil
}

// readStat returns the fields from the third on, and the name of the command, which may hold spaces.
func readStat(path string) (fields []string, command string, err error) {
	text, err := os.ReadFile(path) //nolint:gosec // It is one of /proc.
	if err != nil {
		return nil, "", fmt.Errorf("reading %s: %w", path, err)
	}
	open, end := bytes.IndexByte(text, '('), bytes.LastIndex(text, []byte(") "))
	if open < 0 || end < open {
		return nil, "", errors.New("reading " + path + ": it has another form")
	}
	for _, field := range bytes.Fields(text[end+2:]) {
		fields = append(fields, string(field))
	}
	if len(fields) < 13 {
		return nil, "", errors.New("reading " + path + ": it is too short")
	}
	return fields, string(text[open+1 : end]), nil
}
