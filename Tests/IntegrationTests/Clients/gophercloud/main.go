// A client in another language: what Terraform's provider does through gophercloud from a network to a server and back.
//
// It logs in with OS_AUTH_URL, OS_USERNAME and so on, prints each step, and stops with the first thing that is not as it
// should be.
package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/gophercloud/gophercloud"
	"github.com/gophercloud/gophercloud/openstack"
	"github.com/gophercloud/gophercloud/openstack/compute/v2/extensions/attachinterfaces"
	"github.com/gophercloud/gophercloud/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/applicationcredentials"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/tokens"
	"github.com/gophercloud/gophercloud/openstack/imageservice/v2/imagedata"
	"github.com/gophercloud/gophercloud/openstack/imageservice/v2/images"
)

var region = gophercloud.EndpointOpts{Region: "RegionOne"}

// must stops the program when a step has failed.
func must(step string, err error) {
	if err != nil {
		fmt.Printf("failed: %s: %v\n", step, err)
		os.Exit(1)
	}
	fmt.Println("done:", step)
}

// expect stops the program when something is not as it should be.
func expect(what string, got, wanted interface{}) {
	if fmt.Sprint(got) != fmt.Sprint(wanted) {
		fmt.Printf("failed: %s is %v, not %v\n", what, got, wanted)
		os.Exit(1)
	}
}

// missing expects an error of gophercloud's type for 404.
func missing(what string, err error) {
	_, isMissing := err.(gophercloud.ErrDefault404)
	expect(fmt.Sprintf("%s: %v is a 404", what, err), isMissing, true)
}

// taken expects an error of gophercloud's type for 409.
func taken(what string, err error) {
	_, isTaken := err.(gophercloud.ErrDefault409)
	expect(fmt.Sprintf("%s: %v is a 409", what, err), isTaken, true)
}

// poll asks until the answer is as wanted, as Terraform does between the steps.
func poll(what string, ask func() (bool, error)) {
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		isReached, err := ask()
		if err != nil {
			must(what, err)
		}
		if isReached {
			fmt.Println("done:", what)
			return
		}
	}
	must(what, fmt.Errorf("it took longer than 60 s"))
}

func main() {
	options, err := openstack.AuthOptionsFromEnv()
	must("options from the environment", err)
	provider, err := openstack.AuthenticatedClient(options)
	must("log in with a password", err)
	checkCatalog(provider)

	network, err := openstack.NewNetworkV2(provider, region)
	must("find the Networking service", err)
	port := networkLife(network)
	compute, err := openstack.NewComputeV2(provider, region)
	must("find the Compute service", err)
	image := imageLife(provider)
	serverLife(compute, image, port)
	deleteNetwork(network, port)
	applicationCredential(provider, options.IdentityEndpoint)
}

// checkCatalog looks each service up under each of its interfaces.
func checkCatalog(provider *gophercloud.ProviderClient) {
	result, isToken := provider.GetAuthResult().(tokens.CreateResult)
	expect("the result is a token of version 3", isToken, true)
	catalog, err := result.ExtractServiceCatalog()
	must("read the catalog", err)
	for _, kind := range []string{"identity", "network", "compute", "image"} {
		for _, availability := range []gophercloud.Availability{
			gophercloud.AvailabilityPublic, gophercloud.AvailabilityInternal, gophercloud.AvailabilityAdmin,
		} {
			url, err := openstack.V3EndpointURL(catalog, gophercloud.EndpointOpts{
				Type: kind, Region: "RegionOne", Availability: availability,
			})
			if err != nil || url == "" {
				must(fmt.Sprintf("find %s, %s", kind, availability), fmt.Errorf("%v", err))
			}
		}
	}
	project, err := result.ExtractProject()
	must("read the project of the token", err)
	expect("the project", project.Name, "admin")
	roles, err := result.ExtractRoles()
	must("read the roles of the token", err)
	expect("there are roles", len(roles) > 0, true)
}

func imageLife(provider *gophercloud.ProviderClient) string {
	client, err := openstack.NewImageServiceV2(provider, region)
	must("find the Image service", err)
	image, err := images.Create(client, images.CreateOpts{
		Name: "gopher", DiskFormat: "raw", ContainerFormat: "bare",
	}).Extract()
	must("create an image", err)
	must("upload an image", imagedata.Upload(client, image.ID, bytes.NewReader(make([]byte, 1024))).ExtractErr())
	shown, err := images.Get(client, image.ID).Extract()
	must("show an image", err)
	expect("the image's status", shown.Status, images.ImageStatusActive)
	return image.ID
}

func serverLife(compute *gophercloud.ServiceClient, image, port string) {
	pages, err := flavors.ListDetail(compute, nil).AllPages()
	must("list the flavors", err)
	all, err := flavors.ExtractFlavors(pages)
	must("read the flavors", err)
	expect("there are flavors", len(all) > 0, true)
	server, err := servers.Create(compute, servers.CreateOpts{
		Name: "gopher", ImageRef: image, FlavorRef: all[0].ID, Networks: []servers.Network{{Port: port}},
	}).Extract()
	must("create a server", err)
	poll("the server is ACTIVE", func() (bool, error) {
		server, err = servers.Get(compute, server.ID).Extract()
		return err == nil && server.Status == "ACTIVE", err
	})
	// Terraform reads the flavor's id, which only microversions before 2.47 have.
	expect("flavor.id", server.Flavor["id"], all[0].ID)
	_, err = flavors.Get(compute, fmt.Sprint(server.Flavor["id"])).Extract()
	must("show the server's flavor", err)
	interfaces, err := attachinterfaces.List(compute, server.ID).AllPages()
	must("list the server's interfaces", err)
	attached, err := attachinterfaces.ExtractInterfaces(interfaces)
	must("read the server's interfaces", err)
	expect("the interfaces", len(attached), 1)
	expect("the interface's port", attached[0].PortID, port)
	must("delete the server", servers.Delete(compute, server.ID).ExtractErr())
	poll("the server is gone", func() (bool, error) {
		_, err := servers.Get(compute, server.ID).Extract()
		if _, isMissing := err.(gophercloud.ErrDefault404); isMissing {
			return true, nil
		}
		return false, err
	})
}

// applicationCredential makes one, logs in with it, and takes it back.
func applicationCredential(provider *gophercloud.ProviderClient, endpoint string) {
	identity, err := openstack.NewIdentityV3(provider, region)
	must("find the Identity service", err)
	user, err := provider.GetAuthResult().(tokens.CreateResult).ExtractUser()
	must("read the user of the token", err)
	credential, err := applicationcredentials.Create(identity, user.ID, applicationcredentials.CreateOpts{
		Name: "gopher",
	}).Extract()
	must("create an application credential", err)
	options := gophercloud.AuthOptions{
		IdentityEndpoint:            endpoint,
		ApplicationCredentialID:     credential.ID,
		ApplicationCredentialSecret: credential.Secret,
	}
	robot, err := openstack.AuthenticatedClient(options)
	must("log in with an application credential", err)
	checkCatalog(robot)
	must("delete the application credential",
		applicationcredentials.Delete(identity, user.ID, credential.ID).ExtractErr())
	_, err = openstack.AuthenticatedClient(options)
	_, isRefused := err.(gophercloud.ErrDefault401)
	expect(fmt.Sprintf("a log-in with a deleted credential: %v is a 401", err), isRefused, true)
}
