# SPDX-License-Identifier: Apache-2.0
# The virtual machine: what QEMU is told, and whether it may use KVM.  A script
# that loads this has set $cache.
#
# shellcheck shell=bash disable=SC2034,SC2054,SC2154

vm_memory_mib=2048
vm_processors=2
# Room for what goes in and out; always the same, since a resumed guest knows it.
vm_exchange_size=1G

vm_words='console=ttyS0 panic=-1 quiet mitigations=off nokaslr net.ifnames=0
systemd.show_status=0 systemd.log_target=journal audit=1
audit_backlog_limit=8192'
vm_selinux_words='lsm=landlock,lockdown,yama,integrity,selinux,bpf selinux=1
enforcing=1'
vm_apparmor_words='lsm=landlock,lockdown,yama,integrity,apparmor,bpf selinux=0
apparmor=1'

# What QEMU emulates with: kvm where it booted the guest, or tcg.
vm_accelerator() {
	if [ "${VM_ACCELERATOR-}" ]; then
		echo "$VM_ACCELERATOR"
	elif [ -r /dev/kvm ] && [ -w /dev/kvm ] && [ ! -e "$cache/no-kvm" ]; then
		echo kvm
	else
		echo tcg
	fi
}

# machine JOB DISK-OPTIONS WORDS: fills the array $machine with a command.  JOB is
# a directory, with files `out` and `report` for the two ports.
vm_machine() {
	local job=$1 disk=$2 words=$3 accelerator processor
	accelerator=$(vm_accelerator)
	case $accelerator in
	kvm) processor=host ;;
	*)
		processor=max,la57=off
		accelerator=tcg,thread=multi,tb-size=512
		;;
	esac
	truncate -s "$vm_exchange_size" "$job/in.tar" "$job/out.tar"
	machine=(qemu-system-x86_64 -accel "$accelerator" -cpu "$processor"
		-M q35 -smp "$vm_processors" -m "$vm_memory_mib"
		-nodefaults -display none -no-reboot
		-serial "file:$job/console"
		-kernel "$cache/vmlinuz" -initrd "$cache/initrd.gz"
		-append "$(tr -s ' \n' ' ' <<<"$vm_words $words")"
		-drive "file=$disk,format=raw,if=virtio,cache=unsafe"
		-drive "file=$job/in.tar,format=raw,if=virtio,cache=unsafe"
		-drive "file=$job/out.tar,format=raw,if=virtio,cache=unsafe"
		-device virtio-serial-pci
		-chardev "file,id=out,path=$job/out"
		-device virtserialport,chardev=out,name=vm.out
		-chardev "file,id=report,path=$job/report"
		-device virtserialport,chardev=report,name=vm.report
		-netdev user,id=net -device virtio-net-pci,netdev=net,romfile=)
}
