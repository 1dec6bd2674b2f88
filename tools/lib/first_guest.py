"""Boots the guest of tools/quickstart with the stock OpenStack SDK, or deletes every guest.

    first_guest.py boot DIRECTORY    DIRECTORY as tools/make-guest-image made it; prints the server's id
    first_guest.py delete

The cloud is `plugboard` of the clouds.yaml that OS_CLIENT_CONFIG_FILE names. What is there already is used again, except
the guest of the last run, which makes room for a new one.
"""

import hashlib
import pathlib
import sys
import time

import openstack

NAME = "first-guest"
FLAVOR = "m1.micro"
BOOT_SECONDS = 120
DELETE_SECONDS = 60


def say(message):
    print(f"==> {message}", file=sys.stderr, flush=True)


def upload(cloud, name, path, disk_format, container_format, **properties):
    image = cloud.image.find_image(name)
    if image is None:
        say(f"Uploading the image {name} ({path.stat().st_size // 1024} KiB)")
        image = cloud.image.create_image(
            name,
            filename=str(path),
            disk_format=disk_format,
            container_format=container_format,
            validate_checksum=True,
            **properties,
        )
    return image


def upload_guest(cloud, directory):
    """A kernel, an initial file system and a disk; named after what they were made of, so that a new kernel is new."""
    made_of = hashlib.sha256((directory / "inputs").read_bytes()).hexdigest()[:8]
    kernel = upload(cloud, f"guest-kernel-{made_of}", directory / "vmlinuz", "aki", "aki")
    ramdisk = upload(cloud, f"guest-ramdisk-{made_of}", directory / "initrd.img", "ari", "ari")
    return upload(
        cloud,
        f"guest-{made_of}",
        directory / "disk.img",
        "raw",
        "bare",
        kernel_id=kernel.id,
        ramdisk_id=ramdisk.id,
        os_command_line="console=ttyS0 quiet",
    )


def ensure_network(cloud):
    network = cloud.network.find_network("first-network")
    if network is None:
        # Type local: a bridge on this host, which no other interface of the machine belongs to.
        say("Creating the network first-network (local) with the subnet 10.20.30.0/24")
        network = cloud.network.create_network(name="first-network", provider_network_type="local")
    if not list(cloud.network.subnets(network_id=network.id)):
        cloud.network.create_subnet(network_id=network.id, name="first-subnet", ip_version=4, cidr="10.20.30.0/24")
    return network


def delete(cloud, servers):
    for server in servers:
        say(f"Deleting the guest {server.name} ({server.id})")
        cloud.compute.delete_server(server)
    for server in servers:
        cloud.compute.wait_for_delete(server, interval=0.2, wait=DELETE_SECONDS)


def wait_for_active(cloud, server):
    deadline = time.monotonic() + BOOT_SECONDS
    while time.monotonic() < deadline:
        server = cloud.compute.get_server(server)
        if server.status == "ACTIVE":
            return server
        if server.status == "ERROR":
            fault = server.fault or {}
            raise SystemExit(f"the guest went into ERROR: {fault.get('message', 'no reason was given')}")
        time.sleep(0.2)
    raise SystemExit(f"the guest is not ACTIVE after {BOOT_SECONDS} s; its status is {server.status}")


def boot(cloud, directory):
    image = upload_guest(cloud, directory)
    network = ensure_network(cloud)
    flavor = cloud.compute.find_flavor(FLAVOR)
    if flavor is None:
        flavor = cloud.compute.create_flavor(name=FLAVOR, vcpus=1, ram=256, disk=0)
    delete(cloud, [server for server in cloud.compute.servers() if server.name == NAME])
    say(f"Booting the guest {NAME} ({flavor.name})")
    server = cloud.compute.create_server(
        name=NAME, image_id=image.id, flavor_id=flavor.id, networks=[{"uuid": network.id}]
    )
    # Told before the wait: when that fails, the caller can still ask what the boot waits for.
    print(server.id, flush=True)
    wait_for_active(cloud, server)
    say("The guest is ACTIVE")


def run(arguments):
    cloud = openstack.connect(cloud="plugboard")
    if arguments[:1] == ["boot"] and len(arguments) == 2:
        boot(cloud, pathlib.Path(arguments[1]))
    elif arguments == ["delete"]:
        delete(cloud, list(cloud.compute.servers(all_projects=True)))
    else:
        raise SystemExit(__doc__)


def main(arguments):
    try:
        run(arguments)
    except openstack.exceptions.SDKException as error:
        raise SystemExit(f"first_guest.py: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
