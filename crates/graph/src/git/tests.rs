//! Tests of git against real repositories that the `git` program makes.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use expect_test::expect;
use model::CommitId;
use tempfile::TempDir;

use super::{Branch, Change, Commit, GitError, Repository, Snapshot};
use crate::knowledge::Knowledge;
use crate::workspace::{Unreadable, Workspace};

/// A repository in a folder that goes with it.
struct Scratch {
    folder: TempDir,
}

impl Scratch {
    fn empty() -> Scratch {
        let scratch = Scratch { folder: tempfile::tempdir().unwrap() };
        scratch.git("init --quiet --initial-branch main .");
        scratch
    }

    /// With a commit of one file.
    fn new() -> Scratch {
        let scratch = Scratch::empty();
        scratch.write("README.md", "words");
        scratch.commit("first");
        scratch
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, words: &str) -> String {
        git(self.path(), &words.split(' ').collect::<Vec<_>>())
    }

    fn write(&self, path: &str, content: &str) {
        let place = self.path().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, content).unwrap();
    }

    /// Commits everything there is.
    fn commit(&self, subject: &str) -> CommitId {
        self.git("add --all");
        git(self.path(), &["commit", "--quiet", "--allow-empty", "--message", subject]);
        self.head()
    }

    fn head(&self) -> CommitId {
        self.git("rev-parse HEAD").parse().unwrap()
    }

    fn open(&self) -> Repository {
        Repository::open(self.path()).unwrap()
    }
}

/// What git prints when it is run in a folder, whatever the user's settings are.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    for name in super::command::LOCAL_VARIABLES {
        command.env_remove(name);
    }
    let identity =
        ["user.name=Ada", "user.email=ada@example.com", "commit.gpgsign=false", "protocol.file.allow=always"];
    command.arg("-C").arg(folder).args(identity.iter().flat_map(|setting| ["-c", setting])).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn names(branches: &[Branch]) -> Vec<&str> {
    branches.iter().map(|branch| branch.name.as_str()).collect()
}

fn subjects(commits: &[Commit]) -> Vec<&str> {
    commits.iter().map(|commit| commit.subject.as_str()).collect()
}

/// Paths and modes of a snapshot, and what it leaves out.
fn listed(snapshot: &Snapshot) -> String {
    let files = snapshot.files.values().map(|file| format!("{} {}", file.mode, file.path));
    let left_out = snapshot.left_out.iter().map(|(path, because)| format!("left out {path}: {because}"));
    files.chain(left_out).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_repository_is_found_from_below() {
    let scratch = Scratch::new();
    scratch.write("apps/shop/a.ts", "a");
    let below = Repository::open(&scratch.path().join("apps/shop")).unwrap();
    assert_eq!(below.folder(), scratch.path().canonicalize().unwrap());
    assert_eq!(below.common_folder(), scratch.path().join(".git").canonicalize().unwrap());
    assert_eq!(below.id(), scratch.open().id());
}

#[test]
fn what_is_no_repository() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("absent")] {
        let error = Repository::open(&path).unwrap_err();
        assert!(matches!(error, GitError::NotARepository { .. }), "{error}");
        assert_eq!(error.hint().unwrap(), "`git init`, or name a repository by `-C PATH`");
    }
    std::fs::write(folder.path().join("file"), "").unwrap();
    assert!(Repository::open(&folder.path().join("file")).is_err());
}

#[test]
fn a_repository_without_commits() {
    let scratch = Scratch::empty();
    let error = Repository::open(scratch.path()).unwrap_err();
    assert!(matches!(error, GitError::NoCommits { .. }), "{error}");
    scratch.git("commit --quiet --allow-empty --message first");
    scratch.git("switch --quiet --orphan empty");
    assert_eq!(names(&scratch.open().branches().unwrap()), ["main"]);
}

#[test]
fn branches_of_any_name() {
    let scratch = Scratch::new();
    for name in ["feat/Ünïcode-日本", "a'b\"c$(d)", "refs/heads/x", "--x", "HEAD2"] {
        git(scratch.path(), &["update-ref", &format!("refs/heads/{name}"), "HEAD"]);
    }
    scratch.git("tag main");
    let branches = scratch.open().branches().unwrap();
    let mut expected = ["--x", "HEAD2", "a'b\"c$(d)", "feat/Ünïcode-日本", "main", "refs/heads/x"];
    expected.sort_unstable();
    let mut found = names(&branches);
    found.sort_unstable();
    assert_eq!(found, expected);
    assert!(branches.iter().all(|branch| branch.commit == scratch.head() && branch.subject == "first"));
    assert!(branches.iter().all(|branch| branch.committed_at > 1_600_000_000));
}

#[test]
fn branches_that_production_does_not_hold() {
    let scratch = Scratch::new();
    scratch.git("branch merged");
    for (name, date) in [("old", "1700000000 +0000"), ("new", "1800000000 +0000"), ("also-new", "1800000000 +0000")] {
        scratch.git(&format!("switch --quiet --create {name} main"));
        let status = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"])
            .args(["commit", "--quiet", "--allow-empty", "--message", name])
            .env("GIT_COMMITTER_DATE", date)
            .current_dir(scratch.path())
            .status();
        assert!(status.unwrap().success());
    }
    let repository = scratch.open();
    let branches = repository.branches().unwrap();
    let main = branches.iter().find(|branch| branch.name == "main").unwrap();
    assert_eq!(names(&repository.unmerged(main).unwrap()), ["also-new", "new", "old"]);
    assert_eq!(Vec::from_iter(repository.merged(&main.commit).unwrap()), ["main", "merged"]);
}

#[test]
fn the_production_branch() {
    let scratch = Scratch::new();
    let of = |configured| scratch.open().production_branch(configured);
    assert_eq!(of(None).unwrap(), "main");
    scratch.git("branch release");
    assert_eq!(of(Some("release")).unwrap(), "release");
    let error = of(Some("relaese")).unwrap_err();
    assert_eq!(error.to_string(), "there is no branch `relaese`");
    assert_eq!(error.hint().unwrap(), "set `production` under `[site]` to one of `main`, `release`");
    scratch.git("branch --move main trunk");
    scratch.git("tag trunk");
    assert_eq!(of(None).unwrap(), "trunk", "it is checked out");
    scratch.git("switch --quiet --detach");
    assert!(matches!(of(None), Err(GitError::NoBranch { .. })), "it may be either");
    scratch.git("branch --delete release");
    assert_eq!(of(None).unwrap(), "trunk", "it is the only one");
    scratch.git("branch master");
    assert_eq!(of(None).unwrap(), "master");
}

#[test]
fn commits_along_first_parents() {
    let scratch = Scratch::new();
    let first = scratch.head();
    scratch.git("switch --quiet --create side");
    let on_side = scratch.commit("on the side");
    scratch.git("switch --quiet main");
    let second = scratch.commit("second: line\n\nand a body");
    scratch.git("merge --quiet --no-ff --message merged side");
    let merged = scratch.head();
    let third = scratch.commit("third — Ünï");
    let repository = scratch.open();
    let between = |from: Option<&CommitId>, to: &CommitId| repository.first_parents(from, to).unwrap();
    assert_eq!(subjects(&between(Some(&first), &third)), ["second: line", "merged", "third — Ünï"]);
    assert_eq!(subjects(&between(Some(&second), &merged)), ["merged"]);
    assert_eq!(subjects(&between(Some(&third), &third)), [""; 0]);
    assert_eq!(subjects(&between(None, &third)), ["third — Ünï"]);
    assert_eq!(subjects(&between(Some(&on_side), &third)), ["second: line", "merged", "third — Ünï"]);
    assert_eq!(between(None, &third)[0].author, "Ada");
}

#[test]
fn a_force_push_is_one_commit() {
    let scratch = Scratch::new();
    let before = scratch.commit("second");
    scratch.git("reset --quiet --hard HEAD~1");
    scratch.commit("another second");
    let after = scratch.commit("another third");
    let repository = scratch.open();
    assert_eq!(subjects(&repository.first_parents(Some(&before), &after).unwrap()), ["another third"]);
    scratch.git("reset --quiet --hard HEAD~1");
    assert_eq!(
        subjects(&repository.first_parents(Some(&after), &scratch.head()).unwrap()),
        ["another second"],
        "a head that went back is a head"
    );
    let gone = "0123456789012345678901234567890123456789".parse().unwrap();
    assert_eq!(subjects(&repository.first_parents(Some(&gone), &after).unwrap()), ["another third"]);
    let error = repository.first_parents(None, &gone).unwrap_err();
    assert_eq!(error.to_string(), format!("`{gone}` names no commit of this repository"));
}

#[test]
fn where_histories_parted() {
    let scratch = Scratch::new();
    let first = scratch.head();
    let second = scratch.commit("second");
    scratch.git(&format!("switch --quiet --create side {first}"));
    let side = scratch.commit("side");
    scratch.git("switch --quiet --orphan island");
    let island = scratch.commit("island");
    let repository = scratch.open();
    let base = |one: &CommitId, other: &CommitId| repository.merge_base(one, other);
    assert_eq!(base(&second, &side).unwrap(), Some(first.clone()));
    assert_eq!(base(&first, &second).unwrap(), Some(first.clone()));
    assert_eq!(base(&first, &first).unwrap(), Some(first.clone()));
    assert_eq!(base(&second, &island).unwrap(), None);
    let gone = "0123456789012345678901234567890123456789".parse().unwrap();
    assert!(matches!(base(&first, &gone), Err(GitError::Failed { .. })));
}

#[test]
fn a_shallow_clone() {
    let origin = Scratch::new();
    let first = origin.head();
    origin.commit("second");
    origin.git("switch --quiet --create side HEAD~1");
    origin.commit("on the side");
    origin.git("switch --quiet main");
    let third = origin.commit("third");
    let clone = tempfile::tempdir().unwrap();
    let url = format!("file://{}", origin.path().display());
    git(clone.path(), &["clone", "--quiet", "--depth", "1", "--no-single-branch", &url, "."]);
    git(clone.path(), &["branch", "--quiet", "side", "origin/side"]);
    let repository = Repository::open(clone.path()).unwrap();
    assert!(repository.is_shallow() && !origin.open().is_shallow());
    assert!(!repository.holds(&first).unwrap());
    assert_eq!(subjects(&repository.first_parents(Some(&first), &third).unwrap()), ["third"]);
    let error = repository.snapshot(&first).unwrap_err();
    assert_eq!(error.hint().unwrap(), "`git fetch --unshallow`");
    let side = repository.resolve("side").unwrap();
    assert_eq!(repository.merge_base(&third, &side).unwrap(), None);
}

#[test]
fn revisions() {
    let scratch = Scratch::new();
    let first = scratch.head();
    scratch.git("tag --annotate --message words v1");
    let second = scratch.commit("second");
    let repository = scratch.open();
    assert_eq!(repository.resolve("v1").unwrap(), first);
    assert_eq!(repository.resolve("HEAD").unwrap(), second);
    assert_eq!(repository.resolve("main~1").unwrap(), first);
    for revision in ["", "nobody", "--all", "-x", "HEAD:README.md", "main..v1", "a\nb"] {
        let error = repository.resolve(revision).unwrap_err();
        assert!(matches!(error, GitError::NoRevision { .. }), "{revision}: {error}");
    }
}

#[test]
fn files_of_a_commit() {
    let scratch = Scratch::new();
    scratch.write("apps/a b/ü\n.ts", "one");
    scratch.write("run.sh", "#!/bin/sh");
    std::fs::set_permissions(scratch.path().join("run.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    symlink("../run.sh", scratch.path().join("apps/link")).unwrap();
    let commit = scratch.commit("files");
    scratch.write("README.md", "changed since");
    let snapshot = scratch.open().snapshot(&commit).unwrap();
    expect![[r#"
        100644 README.md
        100644 apps/a b/ü
        .ts
        120000 apps/link
        100755 run.sh"#]]
    .assert_eq(&listed(&snapshot));
    let contents = snapshot.read(["apps/link", "README.md", "absent", "apps/a b/ü\n.ts"]).unwrap();
    let contents: Vec<_> =
        contents.iter().map(|(path, content)| (path.as_str(), std::str::from_utf8(content).unwrap())).collect();
    assert_eq!(contents, [("README.md", "words"), ("apps/a b/ü\n.ts", "one"), ("apps/link", "../run.sh")]);
}

#[test]
fn a_content_that_is_not_there() {
    let scratch = Scratch::new();
    scratch.write("lost.ts", "lost");
    let head = scratch.commit("second");
    let object = scratch.git("rev-parse HEAD:lost.ts");
    let (folder, name) = object.trim().split_at(2);
    std::fs::remove_file(scratch.path().join(".git/objects").join(folder).join(name)).unwrap();
    let snapshot = scratch.open().snapshot(&head).unwrap();
    let there = snapshot.read_there(["README.md", "lost.ts"]).unwrap();
    assert_eq!(there.keys().collect::<Vec<_>>(), ["README.md"]);
    let refused = snapshot.read(["README.md", "lost.ts"]).unwrap_err().to_string();
    assert!(refused.contains("the content of `lost.ts`") && refused.ends_with("is not in this clone"), "{refused}");
}

#[test]
fn what_two_commits_both_lack_is_not_taken_for_equal() {
    let scratch = Scratch::new();
    scratch.write("package.json", r#"{"name": "shop", "scripts": {"build": "vite build", "start": "node a.js"}}"#);
    scratch.write("a.ts", "import './b'; createServer()");
    let head = scratch.commit("second");
    let object = scratch.git("rev-parse HEAD:a.ts");
    let (folder, name) = object.trim().split_at(2);
    std::fs::remove_file(scratch.path().join(".git/objects").join(folder).join(name)).unwrap();
    let snapshot = || scratch.open().snapshot(&head).unwrap();
    assert!(Workspace::read(snapshot()).is_ok());
    let Err(Unreadable::Git(error)) = Workspace::read_to_compare(snapshot(), &Knowledge::default()) else {
        panic!("it lacks a content")
    };
    assert!(error.to_string().contains("the content of `a.ts`"), "{error}");
}

#[test]
fn files_that_cannot_be_used() {
    let (scratch, library) = (Scratch::new(), Scratch::new());
    git(scratch.path(), &["submodule", "--quiet", "add", &library.path().display().to_string(), "vendor/library"]);
    let latin: PathBuf = {
        use std::os::unix::ffi::OsStrExt as _;
        std::ffi::OsStr::from_bytes(b"caf\xe9.ts").into()
    };
    std::fs::write(scratch.path().join(latin), "").unwrap();
    let commit = scratch.commit("strange");
    let repository = scratch.open();
    expect![[r#"
        100644 .gitmodules
        100644 README.md
        left out caf�.ts: its name is not UTF-8
        left out vendor/library: it is a submodule"#]]
    .assert_eq(&listed(&repository.snapshot(&commit).unwrap()));
    assert_eq!(
        repository.working_tree().unwrap().left_out,
        repository.snapshot(&commit).unwrap().left_out,
        "the working tree says the same"
    );
    let submodules = repository.snapshot(&commit).unwrap().submodules;
    assert_eq!(submodules, repository.working_tree().unwrap().submodules);
    assert_eq!(submodules["vendor/library"], library.git("rev-parse HEAD").trim());
}

#[test]
fn what_the_index_knows_of_a_working_tree() {
    let scratch = Scratch::new();
    scratch.write("apps/one/index.ts", "one");
    scratch.write("apps/two/index.ts", "two");
    let head = scratch.commit("apps");
    let repository = scratch.open();
    let whole = listed(&repository.snapshot(&head).unwrap());
    // Left out by a sparse checkout.
    scratch.git("sparse-checkout set apps/one");
    assert!(!scratch.path().join("apps/two").exists());
    let sparse = repository.working_tree().unwrap();
    assert_eq!(listed(&sparse), whole);
    assert_eq!(
        sparse.files["apps/two/index.ts"].object,
        repository.snapshot(&head).unwrap().files["apps/two/index.ts"].object
    );
    assert_eq!(sparse.read(["apps/two/index.ts"]).unwrap()["apps/two/index.ts"], b"two");
    // In a partial clone it is there all the same, without its content.
    let object = scratch.git("rev-parse HEAD:apps/two/index.ts");
    let (folder, name) = object.trim().split_at(2);
    std::fs::remove_file(scratch.path().join(".git/objects").join(folder).join(name)).unwrap();
    let partial = repository.working_tree().unwrap();
    assert_eq!(listed(&partial), whole);
    assert!(partial.read(["apps/two/index.ts"]).is_err());
    // A mode that the file system does not tell.
    let one = scratch.path().join("apps/one/index.ts");
    std::fs::set_permissions(&one, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert_ne!(listed(&repository.working_tree().unwrap()), whole);
    scratch.git("config core.fileMode false");
    assert_eq!(listed(&repository.working_tree().unwrap()), whole);
}

/// Git refuses to add such paths, but anybody can push a tree that holds them.
#[test]
fn paths_that_git_would_not_check_out() {
    let scratch = Scratch::new();
    let object = scratch.git("hash-object -w README.md");
    let tree = |entries: &str| {
        std::fs::write(scratch.path().join(".git/entries"), entries).unwrap();
        let make = format!(
            "git -C '{}' mktree < '{}'",
            scratch.path().display(),
            scratch.path().join(".git/entries").display()
        );
        let output = Command::new("sh").args(["-c", &make]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let inner = tree(&format!("100644 blob {object}\tconfig\n"));
    let tree = tree(&format!("100644 blob {object}\tgood\n040000 tree {inner}\t.GIT\n040000 tree {inner}\t..\n"));
    let commit = scratch.git(&format!("commit-tree -m hostile {tree}")).parse().unwrap();
    expect![[r#"
        100644 good
        left out ../config: its path cannot be used
        left out .GIT/config: its path cannot be used"#]]
    .assert_eq(&listed(&scratch.open().snapshot(&commit).unwrap()));
}

#[test]
fn the_working_tree() {
    let scratch = Scratch::new();
    scratch.write(".gitignore", "ignored\nnode_modules\n");
    scratch.write("deleted.ts", "a");
    scratch.write("folder/now-a-file/a.ts", "a");
    let head = scratch.commit("files");
    scratch.write("untracked/new.ts", "new");
    scratch.write("ignored", "i");
    scratch.write("node_modules/a/index.js", "i");
    scratch.write("README.md", "changed");
    scratch.write("staged.sh", "staged");
    std::fs::set_permissions(scratch.path().join("staged.sh"), PermissionsExt::from_mode(0o755)).unwrap();
    scratch.git("add staged.sh");
    std::fs::remove_file(scratch.path().join("deleted.ts")).unwrap();
    std::fs::remove_dir_all(scratch.path().join("folder/now-a-file")).unwrap();
    scratch.write("folder/now-a-file", "file");
    symlink("nowhere", scratch.path().join("dangling")).unwrap();
    let inner = scratch.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    git(&inner, &["init", "--quiet", "."]);
    let snapshot = scratch.open().working_tree().unwrap();
    expect![[r#"
        100644 .gitignore
        100644 README.md
        120000 dangling
        100644 folder/now-a-file
        100755 staged.sh
        100644 untracked/new.ts
        left out inner: it is a submodule"#]]
    .assert_eq(&listed(&snapshot));
    assert_eq!(snapshot.commit, head);
    assert_eq!(snapshot.read(["README.md"]).unwrap()["README.md"], b"changed");
    let again = scratch.open().working_tree().unwrap();
    assert_eq!(again.files, snapshot.files);
    // It names the objects that a commit of all of it has.
    std::fs::remove_dir_all(inner).unwrap();
    let committed = scratch.commit("all of it");
    assert_eq!(scratch.open().snapshot(&committed).unwrap().files, snapshot.files);
}

#[test]
fn a_pipe_in_the_place_of_a_file_holds_nobody_up() {
    let scratch = Scratch::new();
    std::fs::remove_file(scratch.path().join("README.md")).unwrap();
    let made = Command::new("mkfifo").arg(scratch.path().join("README.md")).status().unwrap();
    assert!(made.success());
    assert_eq!(listed(&scratch.open().working_tree().unwrap()), "");
}

#[test]
fn a_bare_repository_has_no_working_tree() {
    let scratch = Scratch::new();
    let bare = tempfile::tempdir().unwrap();
    git(bare.path(), &["clone", "--quiet", "--bare", &scratch.path().display().to_string(), "."]);
    let repository = Repository::open(bare.path()).unwrap();
    assert_eq!(repository.folder(), repository.common_folder());
    assert_eq!(listed(&repository.working_tree().unwrap()), "100644 README.md");
}

#[test]
fn a_second_working_tree_is_of_the_same_repository() {
    let scratch = Scratch::new();
    let other = tempfile::tempdir().unwrap();
    let place = other.path().join("tree");
    git(scratch.path(), &["worktree", "add", "--quiet", "-b", "side", &place.display().to_string()]);
    git(&place, &["commit", "--quiet", "--allow-empty", "--message", "side"]);
    let (main, side) = (scratch.open(), Repository::open(&place).unwrap());
    assert_eq!(main.id(), side.id());
    assert_eq!(side.folder(), place.canonicalize().unwrap());
    assert_ne!(main.resolve("HEAD").unwrap(), side.resolve("HEAD").unwrap());
    assert_eq!(side.working_tree().unwrap().commit, side.resolve("side").unwrap());
}

#[test]
fn many_files_are_read_at_once() {
    let scratch = Scratch::new();
    let paths: Vec<String> = (0..300).map(|number| format!("files/{number}.ts")).collect();
    for path in &paths {
        scratch.write(path, &path.repeat(1000));
    }
    let commit = scratch.commit("many");
    let snapshot = scratch.open().snapshot(&commit).unwrap();
    let contents = snapshot.read(paths.iter().map(String::as_str)).unwrap();
    assert!(paths.iter().all(|path| contents[path] == path.repeat(1000).into_bytes()));
}

#[test]
fn what_differs_between_two_commits() {
    let scratch = Scratch::new();
    for path in ["a.ts", "with a space/ä\n.ts", "gone.ts", "run.sh", "link"] {
        scratch.write(path, "one");
    }
    let before = scratch.commit("before");
    scratch.write("a.ts", "two");
    scratch.write("with a space/ä\n.ts", "two");
    scratch.write("new.ts", "two");
    std::fs::remove_file(scratch.path().join("gone.ts")).unwrap();
    std::fs::remove_file(scratch.path().join("link")).unwrap();
    symlink("a.ts", scratch.path().join("link")).unwrap();
    std::fs::set_permissions(scratch.path().join("run.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let after = scratch.commit("after");
    let repository = scratch.open();
    let changes = repository.changes(&before, &after).unwrap();
    let contents = changes.iter().filter_map(|change| {
        let (file, objects) = match change {
            Change::Content { before, after } => (after, vec![&*before.object, &after.object]),
            Change::Added(file) | Change::Removed(file) => (file, vec![&*file.object]),
            Change::Other => return None,
        };
        let contents = repository.contents(&objects).unwrap();
        Some((file.path.as_str(), String::from_utf8(contents.concat()).unwrap()))
    });
    let contents: Vec<(&str, String)> = contents.collect();
    let told = [("a.ts", "onetwo"), ("gone.ts", "one"), ("new.ts", "two"), ("with a space/ä\n.ts", "onetwo")];
    assert_eq!(contents, told.map(|(path, content)| (path, content.to_owned())));
    assert!(changes.iter().any(|change| matches!(change, Change::Added(file) if file.path.as_str() == "new.ts")));
    assert!(changes.iter().any(|change| matches!(change, Change::Removed(file) if file.path.as_str() == "gone.ts")));
    assert_eq!(changes.iter().filter(|change| **change == Change::Other).count(), 2);
    assert_eq!(repository.changes(&after, &after).unwrap(), []);
    assert_eq!(repository.before(&after, 1).unwrap(), [before]);
    assert_eq!(repository.before(&after, 9).unwrap().len(), 2);
}
