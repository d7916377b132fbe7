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

// Package agreement measures how far one way to group things agrees with another that is taken for the truth.
package agreement

// Score is how far a grouping agrees with the truth, counted over pairs of things: are the two in one group?
type Score struct {
	// Precision is the part of the pairs put together that belong together; 1 if none is put together. Recall is the part of
	// those that belong together that are put together; 1 if none belongs together. F1 is their harmonic mean.
	Precision, Recall, F1 float64
}

// Pairwise compares groups by things. Things that truth does not know belong to no group: to put one of them together with
// one that truth knows is wrong, and whether two of them belong together is not known and does not count. Things that found
// does not know are in no group.
func Pairwise(found, truth map[string]string) Score {
	cells, groups, classes := map[[2]string]int{}, map[string]int{}, map[string]int{}
	unknown := map[string]int{}
	for thing, class := range truth {
		classes[class]++
		if group, ok := found[thing]; ok {
			groups[group]++
			cells[[2]string{group, class}]++
		}
	}
	for thing, group := range found {
		if _, ok := truth[thing]; !ok {
			unknown[group]++
		}
	}
	var right, together, belong int
	for _, n := range cells {
		right += pairs(n)
	}
	for group, n := range groups {
		together += pairs(n) + n*unknown[group]
	}
	for _, n := range classes {
		belong += pairs(n)
	}
	score := Score{Precision: part(right, together), Recall: part(right, belong)}
	if sum := score.Precision + score.Recall; sum > 0 {
		score.F1 = 2 * score.Precision * score.Recall / sum
	}
	return score
}

func pairs(n int) int { return n * (n - 1) / 2 }

func part(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}
