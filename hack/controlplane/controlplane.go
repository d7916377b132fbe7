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
	"io/fs"
	"path/filepath"
	"time"
)

const (
	kubernetesAuthority = "ca"
	// etcd trusts an authority of its own: with a shared one every user's certificate would open the database.
	etcdAuthority     = "etcd-ca"
	etcdClient        = "kube-apiserver-etcd-client"
	serviceAccountKey = "service-account.key"

	stopGrace = 10 * time.Second
	tailLines = 20
)

// controlPlane is the control plane in one folder.
type controlPlane struct {
	layout
	assets string
	// noFsync has etcd wait for no disk.
	noFsync bool

	ca, etcdCA *authority
	ports      ports
}

// newControlPlane makes the paths absolute: they outlive the folder that this program is started in, and a process is
// recognized by them.
func newControlPlane(dir, assets string) (*controlPlane, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	assets, err = filepath.Abs(assets)
	if err != nil {
		return nil, err
	}
	return &controlPlane{layout: layout{root: root}, assets: assets}, nil
}

// component is one process, how to start it, and the answers that tell that it is ready.
type component struct {
	process
	args   []string
	probes []probe
}

// components lists the processes in the order in which they need each other.
func (cp *controlPlane) components() ([]component, error) {
	server := url(cp.ports.APIServer)
	asRoot := func(target string) (probe, error) { return newProbe(cp.ca, target, admin.cn, admin.groups...) }
	etcd, err1 := newProbe(cp.etcdCA, url(cp.ports.EtcdClient)+"/health", etcdClient)
	ready, err2 := asRoot(server + "/readyz")
	healthy, err3 := asRoot(url(cp.ports.ControllerManager) + "/healthz")
	// Without its default service account a namespace is not usable yet; it also proves that controllers work.
	account, err4 := asRoot(server + "/api/v1/namespaces/default/serviceaccounts/default")
	return []component{
		{cp.process(etcdName), etcdArgs(cp.layout, cp.ports, cp.noFsync), []probe{etcd}},
		{cp.process(apiServerName), apiServerArgs(cp.layout, cp.ports), []probe{ready}},
		{cp.process(controllerManagerName), controllerManagerArgs(cp.layout, cp.ports), []probe{healthy, account}},
	}, errors.Join(err1, err2, err3, err4)
}

func (cp *controlPlane) process(name string) process { return process{name: name, layout: cp.layout} }

func (cp *controlPlane) start(ctx context.Context, users []user) error {
	if err := cp.claim(); err != nil {
		return err
	}
	unlock, err := cp.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := cp.load(); err != nil {
		return err
	}
	if cp.running(ctx) {
		fmt.Println("control plane: already running at", url(cp.ports.APIServer))
		return cp.writeKubeconfigs(users)
	}
	return cp.startAnew(ctx, users)
}

// load reads what an earlier start left, or makes it.
func (cp *controlPlane) load() (err error) {
	if cp.ca, err = loadAuthority(cp.layout, kubernetesAuthority); err != nil {
		return err
	}
	if cp.etcdCA, err = loadAuthority(cp.layout, etcdAuthority); err != nil {
		return err
	}
	if err := ensureKey(cp.pki(serviceAccountKey)); err != nil {
		return fmt.Errorf("making the key of service accounts: %w", err)
	}
	if err := readJSON(cp.portsFile(), &cp.ports); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("reading the ports: %w", err)
	}
	return nil
}

// running tells whether every process is alive and ready.
func (cp *controlPlane) running(ctx context.Context) bool {
	components, err := cp.components()
	if err != nil {
		return false
	}
	for _, c := range components {
		if _, alive := c.alive(); !alive {
			return false
		}
		for _, p := range c.probes {
			if p.once(ctx) != nil {
				return false
			}
		}
	}
	return true
}

// startAnew starts every process, after stopping those that are left of an earlier start. What it started does not
// outlive its failure.
func (cp *controlPlane) startAnew(ctx context.Context, users []user) error {
	if err := cp.stopProcesses(); err != nil {
		return err
	}
	if err := cp.prepare(); err != nil {
		return err
	}
	components, err := cp.components()
	if err != nil {
		return err
	}
	for _, c := range components {
		if err := cp.bringUp(ctx, c); err != nil {
			return errors.Join(err, cp.stopProcesses())
		}
	}
	if err := cp.writeKubeconfigs(users); err != nil {
		return errors.Join(err, cp.stopProcesses())
	}
	fmt.Println("control plane: ready at", url(cp.ports.APIServer))
	return nil
}

func (cp *controlPlane) bringUp(ctx context.Context, c component) error {
	begin := time.Now()
	if err := c.launch(filepath.Join(cp.assets, c.name), c.args); err != nil {
		return err
	}
	for _, p := range c.probes {
		if err := p.wait(ctx, c.process); err != nil {
			return fmt.Errorf("%w\n--- end of %s:\n%s\n---", err, c.log(c.name), c.logTail(tailLines))
		}
	}
	fmt.Printf("control plane: %s is ready after %.1f s\n", c.name, time.Since(begin).Seconds())
	return nil
}

// stop ends every process. It is no error if there is none.
func (cp *controlPlane) stop(purge bool) error {
	if !cp.claimed() {
		fmt.Println("control plane: there is none in", cp.root)
		return nil
	}
	unlock, err := cp.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := cp.stopProcesses(); err != nil || !purge {
		return err
	}
	return cp.purge()
}

// stopProcesses ends the processes before those that they need.
func (cp *controlPlane) stopProcesses() error {
	for _, name := range []string{controllerManagerName, apiServerName, etcdName} {
		stopped, err := cp.process(name).terminate(stopGrace)
		if err != nil {
			return err
		}
		if stopped {
			fmt.Println("control plane: stopped", name)
		}
	}
	return nil
}
