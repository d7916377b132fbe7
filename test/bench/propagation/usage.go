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
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// ticksPerSecond is the unit of processor time in /proc of every Linux that Go runs on.
const ticksPerSecond = 100

// usage is what processes have used of the processors, in seconds, by name.
type usage map[string]float64

// meter is a reading of the processors: of the whole machine, and of the processes that take part.
type meter struct {
	at   time.Time
	all  float64
	ours usage
}

func (p *place) meter() (meter, error) {
	all, err := machineSeconds()
	if err != nil {
		return meter{}, err
	}
	ours := usage{}
	for name, pid := range p.processes() {
		if pid == 0 {
			continue
		}
		if ours[name], err = processorSeconds(pid); err != nil {
			return meter{}, err
		}
	}
	return meter{at: time.Now(), all: all, ours: ours}, nil
}

// since returns what the processes have used since an earlier reading, and how many cores others have used.
func (p *place) since(before meter) (ours usage, foreign float64, err error) {
	now, err := p.meter()
	if err != nil {
		return nil, 0, err
	}
	ours = usage{}
	sum := 0.0
	for name, seconds := range now.ours {
		ours[name] = round(seconds - before.ours[name])
		sum += seconds - before.ours[name]
	}
	return ours, round(max(0, now.all-before.all-sum) / now.at.Sub(before.at).Seconds()), nil
}

// calm waits until others leave the processors alone, for as long as --calm says at most. How far they did is in each
// result.
func (b *bench) calm(ctx context.Context) error {
	for deadline := time.Now().Add(b.patience); time.Now().Before(deadline); {
		before, err := b.place.meter()
		if err != nil {
			return err
		}
		if err := pause(ctx, 700*time.Millisecond); err != nil {
			return err
		}
		if _, foreign, err := b.place.since(before); err != nil || foreign < b.foreign {
			return err
		}
	}
	return nil
}

// pause waits, but not beyond the end of the run.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func processorSeconds(pid int) (float64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("reading processor time: %w", err)
	}
	text := string(content)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:]) // The first is field 3 of proc(5).
	if len(fields) < 13 {
		return 0, fmt.Errorf("reading processor time: /proc/%d/stat is too short", pid)
	}
	return seconds(fields[11], fields[12])
}

// machineSeconds is what the whole machine has used, without what was idle, waited for disks or was stolen from it.
func machineSeconds() (float64, error) {
	content, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, fmt.Errorf("reading processor time: %w", err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	fields := strings.Fields(line)
	if len(fields) < 8 {
		return 0, errors.New("reading processor time: /proc/stat has another form")
	}
	return seconds(fields[1], fields[2], fields[3], fields[6], fields[7]) // user, nice, system, irq, softirq
}

func seconds(ticks ...string) (float64, error) {
	sum := 0.0
	for _, field := range ticks {
		value, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return 0, fmt.Errorf("reading processor time: %w", err)
		}
		sum += value
	}
	return sum / ticksPerSecond, nil
}

// residentMiB returns what a process holds in memory, and the most it ever held.
func residentMiB(pid int) (now, peak float64, err error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) //nolint:gosec // A number leads nowhere else.
	if err != nil {
		return 0, 0, fmt.Errorf("reading memory: %w", err)
	}
	for line := range strings.Lines(string(content)) {
		name, value, _ := strings.Cut(line, ":")
		var kilobytes float64
		if _, err := fmt.Sscanf(value, "%f kB", &kilobytes); err != nil {
			continue
		}
		switch name {
		case "VmRSS":
			now = round(kilobytes / 1024)
		case "VmHWM":
			peak = round(kilobytes / 1024)
		}
	}
	return now, peak, nil
}
