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

package view

import (
	"cmp"
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
)

// Story is how an attack went on: the alerts by category and time.
type Story struct {
	// From and To are the first and the last activity; zero if there are no alerts.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Stages are the categories in the order of the kill chain.
	Stages []Stage `json:"stages"`
}

// Stage is what was seen of one category.
type Stage struct {
	// Category is in words.
	Category string `json:"category"`
	// Cells are the slices of the time from From to To, all of the same length.
	Cells []Cell `json:"cells"`
	Count int    `json:"count"`
	// Titles are those of the first alerts, each once.
	Titles []string `json:"titles"`
}

// Cell is what was seen of a category in a slice of time.
type Cell struct {
	Count    int               `json:"count"`
	Severity v1alpha1.Severity `json:"severity"`
}

const (
	parts     = 24
	maxTitles = 3
)

// StoryOf tells it at the time now.
func StoryOf(alerts []*v1alpha1.Alert, now time.Time) Story {
	story := Story{Stages: []Stage{}}
	byCategory := map[string][]*v1alpha1.Alert{}
	for _, alert := range alerts {
		first, last := alert.EffectiveActivity(now)
		if story.From.IsZero() || first.Before(story.From) {
			story.From = first
		}
		if last.After(story.To) {
			story.To = last
		}
		category := cmp.Or(alert.Spec.Category, naming.UnknownCategory)
		byCategory[category] = append(byCategory[category], alert)
	}
	categories := make([]string, 0, len(byCategory))
	for category := range byCategory {
		categories = append(categories, category)
	}
	for _, category := range naming.SortCategories(categories) {
		story.Stages = append(story.Stages, story.stage(category, byCategory[category], now))
	}
	return story
}

func (s *Story) stage(category string, alerts []*v1alpha1.Alert, now time.Time) Stage {
	stage := Stage{Category: naming.Sentence(category), Cells: make([]Cell, parts), Count: len(alerts), Titles: []string{}}
	slices.SortStableFunc(alerts, func(a, b *v1alpha1.Alert) int {
		first, _ := a.EffectiveActivity(now)
		other, _ := b.EffectiveActivity(now)
		return first.Compare(other)
	})
	for _, alert := range alerts {
		first, _ := alert.EffectiveActivity(now)
		cell := &stage.Cells[s.slice(first)]
		cell.Count++
		if alert.Spec.Severity.Rank() > cell.Severity.Rank() {
			cell.Severity = alert.Spec.Severity
		}
		if title := alert.Spec.Name; len(stage.Titles) < maxTitles && !slices.Contains(stage.Titles, title) {
			stage.Titles = append(stage.Titles, title)
		}
	}
	return stage
}

// slice is the one of the slices of time in which something was.
func (s *Story) slice(at time.Time) int {
	whole := s.To.Sub(s.From)
	if whole <= 0 {
		return 0
	}
	return min(int(float64(at.Sub(s.From))/float64(whole)*parts), parts-1)
}
