//! Tests of what programs read, check and make.

use std::collections::{BTreeMap, BTreeSet};

use super::{makes_of_data, may_check_types, may_read_anything, names};

#[test]
fn what_commands_read_check_and_name() {
    for command in [
        "vite build",
        "tsc -b && vite build",
        "NODE_ENV=production next build",
        "rimraf dist && tsup",
        "node build.mjs",
    ] {
        assert!(!may_read_anything(command, &BTreeSet::new(), &BTreeMap::new()), "{command}");
    }
    for command in ["./build.sh", "vite build && make", "node -e 'copy()'"] {
        assert!(may_read_anything(command, &BTreeSet::new(), &BTreeMap::new()), "{command}");
    }
    for command in ["tsc -b && vite build", "next build", "astro check && astro build", "make"] {
        assert!(may_check_types(command, false), "{command}");
    }
    for command in ["vite build", "react-router build", "astro build", "rimraf dist && vite build"] {
        assert!(!may_check_types(command, false), "{command}");
    }
    assert!(names("cp -r node_modules/@a/b/dist public", "@a/b") && names("gen && vite build", "gen"));
    assert!(!names("vite build", "ui") && !names("generate", "gen"));
}

#[test]
fn what_generates_from_data() {
    let is_told =
        |commands: &[&str]| makes_of_data(&commands.iter().map(|command| (*command).to_owned()).collect::<Vec<_>>());
    for commands in [
        &["prisma generate"] as &[&str],
        &["npx prisma generate --schema schema.prisma", "rimraf generated"],
        &["dotenv -e ../../.env -- prisma generate"],
        &["lingui compile --typescript"],
        &["echo nothing", "husky"],
        &["openapi-typescript ../api/openapi.yaml -o src/api.ts"],
    ] {
        assert!(is_told(commands), "{commands:?}");
    }
    for commands in [&[] as &[&str], &["prisma generate && tsc"], &["prisma db seed"], &["lingui extract"]] {
        assert!(!is_told(commands), "{commands:?}");
    }
}

#[test]
fn shells_read_what_they_name() {
    for command in [
        "vite build && touch dist/.nojekyll && chmod +x dist/run",
        "cd src && vite build",
        "export V=$(git rev-parse HEAD) && vite build",
        "vite build --mode `date`",
        "node --version",
        "svgo src/a.svg && date > dist/built",
        "vite build > /dev/null 2>&1",
        "vite build &> build.log || exit $?",
        "[ -n \"$CI\" ] || vite build",
        "if test -d dist; then vite build; else echo none; fi",
        "for name in a b; do vite build; done",
        "vite build && mv dist/index.html dist/200.html && find dist -name '*.map' -delete",
        "cat ../../shared/a.txt ../other/*.css > public/a.txt",
        "shx cp -r assets public && shx rm -rf dist",
        "cp -r \"$PWD/../shared\" dist/$VERSION",
        "git show -s --format=%cI HEAD && git describe --tags",
    ] {
        assert!(!may_read_anything(command, &BTreeSet::new(), &BTreeMap::new()), "{command}");
    }
    let many = "echo $(date); ".repeat(200);
    for command in [
        many.as_str(),
        "cd ../.. && cat shared/a.txt",
        "cd - && vite build",
        "cd work && node b.mjs",
        "export V=$(python3 ../../v.py) && echo $V",
        "test \"$(./v.sh)\" = one",
        "echo `upload`",
        "command python3 v.py",
        "cat < $ROOT/a.txt > dist/a",
        "zip -qr dist/o.zip node_modules",
        "zip -qr dist/o.zip .",
        "find -L src -name '*.txt'",
        "tar cf dist/a.tar -T list",
        "sed -f s.sed a.txt",
        "terser $FILES -o dist/a.js",
        "cp -t dist $FILE",
        "cd src && cat ../../../shared/a.txt",
        "cd && vite build",
        "cd \"$ROOT\" && vite build",
        "find .. -name '*.css'",
        "cat ../../shared",
        "cat $DIR/a.txt",
        "cat `which x`",
        "find . -name '*.sh' -exec {} ;",
        "ln -s ../../apps public",
        "cp -r $SHARED/. public",
        "git show HEAD:shared/a.txt",
        "git ls-files",
        "then-some build",
        "vite build 2>&1 | upload",
    ] {
        assert!(may_read_anything(command, &BTreeSet::new(), &BTreeMap::new()), "{command}");
    }
}
