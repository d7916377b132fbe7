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
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// ports are where the processes listen on 127.0.0.1. They are kept across restarts while they are free, so that a
// kubeconfig in use stays right.
type ports struct {
	EtcdClient        int `json:"etcdClient"`
	EtcdPeer          int `json:"etcdPeer"`
	APIServer         int `json:"apiServer"`
	ControllerManager int `json:"controllerManager"`
}

func (p ports) all() []int {
	return []int{p.EtcdClient, p.EtcdPeer, p.APIServer, p.ControllerManager}
}

// choosePorts takes the last ports again if they are free, and new ones if not.
func choosePorts(last ports) (ports, error) {
	free := true
	for _, port := range last.all() {
		free = free && port != 0 && isFree(port)
	}
	if free {
		return last, nil
	}
	n, err := freePorts(4)
	if err != nil {
		return ports{}, err
	}
	return ports{EtcdClient: n[0], EtcdPeer: n[1], APIServer: n[2], ControllerManager: n[3]}, nil
}

// Ports are taken from below the ranges that systems hand out by themselves: such a port could go to any outgoing
// connection between the look and the listening.
const firstPort, portCount = 20000, 10000

func freePorts(n int) ([]int, error) {
	var found []int
	for _, offset := range rand.Perm(portCount) { //nolint:gosec // A port is no secret.
		if len(found) == n {
			return found, nil
		}
		if port := firstPort + offset; isFree(port) {
			found = append(found, port)
		}
	}
	return nil, fmt.Errorf("finding %d free ports between %d and %d", n, firstPort, firstPort+portCount)
}

func isFree(port int) bool {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", address(port))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

func address(port int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

func url(port int) string {
	return "https://" + address(port)
}
