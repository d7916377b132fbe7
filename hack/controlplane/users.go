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
	"fmt"
	"regexp"
	"strings"
)

// user is a person or program that gets a kubeconfig.
type user struct {
	name   string // of the kubeconfig's file
	cn     string // the user name that the API server sees
	groups []string
}

// admin may do everything: system:masters passes every authorization check.
var admin = user{name: "admin", cn: "admin", groups: []string{"system:masters"}}

var userNamePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)

// userList is the flag --user NAME=CN[,GROUP...].
type userList []user

func (l *userList) String() string {
	return fmt.Sprint(len(*l), " users")
}

// Set parses one --user. Names become file names, so they are kept plain.
func (l *userList) Set(value string) error {
	name, subject, found := strings.Cut(value, "=")
	parts := strings.Split(subject, ",")
	if !found || parts[0] == "" {
		return fmt.Errorf("%q must have the form NAME=CN[,GROUP...]", value)
	}
	if !userNamePattern.MatchString(name) || name == admin.name {
		return fmt.Errorf("the name %q must be lower-case letters, digits and '-', and not %q", name, admin.name)
	}
	*l = append(*l, user{name: name, cn: parts[0], groups: parts[1:]})
	return nil
}
