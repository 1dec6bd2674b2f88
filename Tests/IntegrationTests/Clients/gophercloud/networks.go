package main

import (
	"fmt"

	"github.com/gophercloud/gophercloud"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/extensions/attributestags"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/extensions/networkipavailabilities"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/extensions/portsbinding"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/extensions/provider"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/extensions/rbacpolicies"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/extensions/security/groups"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/extensions/security/rules"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/extensions/subnetpools"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/ports"
	"github.com/gophercloud/gophercloud/openstack/networking/v2/subnets"
)

// networkLife makes a network with everything that a port needs, and returns the port's id.
func networkLife(client *gophercloud.ServiceClient) string {
	network, err := networks.Create(client, networks.CreateOpts{Name: "gopher"}).Extract()
	must("create a network", err)
	poll("the network is ACTIVE", func() (bool, error) {
		shown, err := networks.Get(client, network.ID).Extract()
		return err == nil && shown.Status == "ACTIVE", err
	})
	var shown struct {
		networks.Network
		provider.NetworkProviderExt
	}
	must("show the network with its provider", networks.Get(client, network.ID).ExtractInto(&shown))
	expect("the network's type", shown.NetworkType, "vxlan")
	tags, err := attributestags.ReplaceAll(client, "networks", network.ID, attributestags.ReplaceAllOpts{
		Tags: []string{"terraform", "gopher"},
	}).Extract()
	must("tag the network", err)
	expect("the tags", len(tags), 2)
	must("share the network", shareWithEverybody(client, network.ID))
	subnetLife(client, network.ID)
	group := groupLife(client)
	port := portLife(client, network.ID, group)
	lists(client, network.ID)
	return port
}

func shareWithEverybody(client *gophercloud.ServiceClient, network string) error {
	policy, err := rbacpolicies.Create(client, rbacpolicies.CreateOpts{
		Action: rbacpolicies.ActionAccessShared, ObjectType: "network", ObjectID: network, TargetTenant: "*",
	}).Extract()
	if err != nil {
		return err
	}
	return rbacpolicies.Delete(client, policy.ID).ExtractErr()
}

func subnetLife(client *gophercloud.ServiceClient, network string) {
	pool, err := subnetpools.Create(client, subnetpools.CreateOpts{
		Name: "gopher", Prefixes: []string{"10.42.0.0/16"}, DefaultPrefixLen: 24,
	}).Extract()
	must("create a subnet pool", err)
	subnet, err := subnets.Create(client, subnets.CreateOpts{
		NetworkID: network, Name: "gopher", IPVersion: gophercloud.IPv4, SubnetPoolID: pool.ID,
		DNSNameservers: []string{"10.42.0.2"},
	}).Extract()
	must("create a subnet from the pool", err)
	expect("the subnet", subnet.CIDR, "10.42.0.0/24")
	// Go keeps what is not sent apart from what is empty, and sends an empty list.
	changed, err := subnets.Update(client, subnet.ID, subnets.UpdateOpts{DNSNameservers: &[]string{}}).Extract()
	must("update the subnet", err)
	expect("the name servers", len(changed.DNSNameservers), 0)
}

func groupLife(client *gophercloud.ServiceClient) string {
	group, err := groups.Create(client, groups.CreateOpts{Name: "gopher"}).Extract()
	must("create a security group", err)
	// Terraform's delete_default_rules.
	for _, rule := range group.Rules {
		must("delete a default rule", rules.Delete(client, rule.ID).ExtractErr())
	}
	wanted := rules.CreateOpts{
		Direction: rules.DirIngress, EtherType: rules.EtherType4, SecGroupID: group.ID, Protocol: rules.ProtocolTCP,
		PortRangeMin: 22, PortRangeMax: 22, RemoteIPPrefix: "0.0.0.0/0",
	}
	rule, err := rules.Create(client, wanted).Extract()
	must("create a rule", err)
	_, err = rules.Create(client, wanted).Extract()
	taken("the same rule again", err)
	_, err = rules.Get(client, rule.ID).Extract()
	must("show the rule", err)
	return group.ID
}

func portLife(client *gophercloud.ServiceClient, network, group string) string {
	made, err := ports.Create(client, portsbinding.CreateOptsExt{
		CreateOptsBuilder: ports.CreateOpts{
			NetworkID: network, Name: "gopher", SecurityGroups: &[]string{group},
			FixedIPs: []map[string]string{{"ip_address": "10.42.0.42"}},
		},
		VNICType: "normal",
	}).Extract()
	must("create a port", err)
	expect("the address", made.FixedIPs[0].IPAddress, "10.42.0.42")
	var shown struct {
		ports.Port
		portsbinding.PortsBindingExt
	}
	must("show the port with its binding", ports.Get(client, made.ID).ExtractInto(&shown))
	expect("the binding", shown.VIFType, "unbound")
	_, err = ports.Create(client, ports.CreateOpts{
		NetworkID: network, FixedIPs: []map[string]string{{"ip_address": "10.42.0.42"}},
	}).Extract()
	taken("a port with the same address", err)
	taken("the security group of a port", groups.Delete(client, group).ExtractErr())
	return made.ID
}

// lists follows the links from page to page.
func lists(client *gophercloud.ServiceClient, network string) {
	for number := 0; number < 5; number++ {
		_, err := ports.Create(client, ports.CreateOpts{NetworkID: network, Name: fmt.Sprint("page", number)}).Extract()
		must("create a port to list", err)
	}
	pages, err := ports.List(client, ports.ListOpts{NetworkID: network, Limit: 2}).AllPages()
	must("list the ports in pages", err)
	all, err := ports.ExtractPorts(pages)
	must("read the ports", err)
	expect("the ports", len(all), 6)
	used, err := networkipavailabilities.Get(client, network).Extract()
	must("count the addresses", err)
	expect("the addresses in use", used.UsedIPs, "6")
}

// deleteNetwork takes everything away in the order in which Terraform does.
func deleteNetwork(client *gophercloud.ServiceClient, port string) {
	kept, err := ports.Get(client, port).Extract()
	must("show the port after the server", err)
	taken("a network in use", networks.Delete(client, kept.NetworkID).ExtractErr())
	pages, err := ports.List(client, ports.ListOpts{NetworkID: kept.NetworkID}).AllPages()
	must("list the ports", err)
	all, err := ports.ExtractPorts(pages)
	must("read the ports", err)
	for _, each := range all {
		must("delete a port", ports.Delete(client, each.ID).ExtractErr())
	}
	must("delete the security group", groups.Delete(client, kept.SecurityGroups[0]).ExtractErr())
	network, err := networks.Get(client, kept.NetworkID).Extract()
	must("show the network", err)
	subnet, err := subnets.Get(client, network.Subnets[0]).Extract()
	must("show the subnet", err)
	must("delete the subnet", subnets.Delete(client, subnet.ID).ExtractErr())
	must("delete the subnet pool", subnetpools.Delete(client, subnet.SubnetPoolID).ExtractErr())
	must("delete the network", networks.Delete(client, network.ID).ExtractErr())
	_, err = networks.Get(client, network.ID).Extract()
	missing("the network", err)
	_, err = ports.Get(client, port).Extract()
	missing("the port", err)
}
