//! The filter on system calls: what no build or renderer needs and what has let others out.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

/// Namespace flags of clone(2).
const NAMESPACES: u64 = 0x7e02_0080;

/// Refused with EPERM, whatever their arguments.
const REFUSED: [libc::c_long; 36] = [
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_userfaultfd,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    libc::SYS_fsconfig,
];

/// Answered ENOSYS: io_uring, and clone3, whose flags a filter cannot see; callers then use clone.
const ABSENT: [libc::c_long; 4] =
    [libc::SYS_clone3, libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];

/// Source: `__X32_SYSCALL_BIT` of Linux.
const X32: i64 = 0x4000_0000;

/// The programs to install, in order.
///
/// # Errors
/// If this architecture has no filters.
pub fn programs() -> io::Result<Vec<BpfProgram>> {
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    // A clone with none of the namespace flags is everyday life: one rule for each flag refuses the others.
    let mut rules = Vec::new();
    for bit in (0..64).map(|shift| 1_u64 << shift).filter(|bit| NAMESPACES & bit != 0) {
        let is_set = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(bit), bit);
        rules.push(SeccompRule::new(vec![is_set.map_err(io::Error::other)?]).map_err(io::Error::other)?);
    }
    refused.insert(libc::SYS_clone, rules);
    let terminal = SeccompCondition::new(1, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, libc::TIOCSTI);
    let terminal = SeccompRule::new(vec![terminal.map_err(io::Error::other)?]).map_err(io::Error::other)?;
    refused.insert(libc::SYS_ioctl, vec![terminal]);
    // The same calls by their other numbers: x32 shares x86-64's architecture, and this bit tells it apart.
    if cfg!(target_arch = "x86_64") {
        let others: Vec<_> = refused.iter().map(|(call, rules)| (call | X32, rules.clone())).collect();
        refused.extend(others);
    }
    let absent = ABSENT.iter().flat_map(|call| [(*call, Vec::new()), (call | X32, Vec::new())]).collect();
    Ok(vec![compile(refused, libc::EPERM)?, compile(absent, libc::ENOSYS)?])
}

fn compile(rules: BTreeMap<i64, Vec<SeccompRule>>, errno: i32) -> io::Result<BpfProgram> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    let errno = SeccompAction::Errno(u32::try_from(errno).expect("errno values are positive"));
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, errno, arch).map_err(io::Error::other)?;
    BpfProgram::try_from(filter).map_err(io::Error::other)
}
