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

// Package console serves the web pages on which people look at incidents and work on them. Whatever it reads and writes, it
// reads and writes as the person who looks: with that person's client, by internal/actions, as the plugin does. The pages
// themselves lie in web; they show what internal/decide decides, and decide nothing themselves.
package console
