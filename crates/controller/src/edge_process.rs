//! The edge as a process of its own: started when it is away, spoken to over its socket, outliving us.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use api::layout::DataDirectory;
use api::nudge::{ToController, ToEdge};
use api::socket::ShortPath;
use api::table::RouteTable;
use engine::{Error, Remedy};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::turn::Input;
use crate::world::Edge;

/// How long after a failed attempt the next one is made.
const PAUSE: Duration = Duration::from_millis(50);

/// How long a started edge may take until its socket is there, in pauses.
const PATIENCE: u32 = 100;

/// The edge process that serves a data directory.
#[derive(Debug)]
pub struct EdgeProcess {
    data: DataDirectory,
    words: mpsc::UnboundedSender<ToEdge>,
}

/// How an edge process is started.
#[derive(Clone, Debug)]
pub struct EdgeCommand {
    /// The program.
    pub program: PathBuf,
    /// The address that it listens on.
    pub listen: String,
}

impl EdgeProcess {
    /// Keeps an edge running over `data`: uses the one that is there, or starts one. What it says goes to
    /// `inputs`. The second value ends when the edge was told to stop and has ended.
    pub fn keep(
        data: DataDirectory,
        command: EdgeCommand,
        inputs: mpsc::UnboundedSender<Input>,
    ) -> (EdgeProcess, JoinHandle<()>) {
        let (words, spoken) = mpsc::unbounded_channel();
        let keeper = Keeper { data: data.clone(), command, inputs };
        let kept = tokio::spawn(keeper.keep(spoken));
        (EdgeProcess { data, words }, kept)
    }

    /// The published table in a data directory, if there is one that can be read.
    pub fn table_of(data: &DataDirectory) -> Option<RouteTable> {
        serde_json::from_slice(&fs::read(data.table()).ok()?).ok()
    }

    fn say(&self, word: ToEdge) {
        // Words that nobody hears any more belong to an edge that was told to stop.
        let _ = self.words.send(word);
    }
}

impl Edge for EdgeProcess {
    fn publish(&self, table: &RouteTable) -> Result<(), Error> {
        let text = serde_json::to_vec(table).expect("tables serialise");
        write_whole(&self.data, &text).map_err(|cause| {
            Error::new(Remedy::CallOperator, format!("could not write `{}`", self.data.table().display()))
                .because(cause)
        })?;
        self.say(ToEdge::Read);
        Ok(())
    }

    fn published(&self) -> Option<RouteTable> {
        EdgeProcess::table_of(&self.data)
    }

    fn ask(&self) {
        self.say(ToEdge::Ask);
    }

    fn stop(&self) {
        self.say(ToEdge::Stop);
    }
}

struct Keeper {
    data: DataDirectory,
    command: EdgeCommand,
    inputs: mpsc::UnboundedSender<Input>,
}

impl Keeper {
    async fn keep(self, mut spoken: mpsc::UnboundedReceiver<ToEdge>) {
        let mut said = None;
        loop {
            let result = match self.connect().await {
                Ok(stream) => self.converse(stream, &mut spoken).await,
                Err(cause) => Err(cause),
            };
            if self.inputs.send(Input::EdgeAway).is_err() {
                return;
            }
            match result {
                Ok(Ended::Stopped) => return,
                Ok(Ended::Away) => said = None,
                Err(cause) => {
                    let cause = cause.to_string();
                    if said.as_ref() != Some(&cause) {
                        tracing::warn!("the edge cannot be reached: {cause}");
                        said = Some(cause);
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn connect(&self) -> io::Result<UnixStream> {
        if let Ok(stream) = self.socket().await {
            return Ok(stream);
        }
        let mut child = self.start()?;
        for _ in 0..PATIENCE {
            if let Ok(stream) = self.socket().await {
                // Waited for, so that it never stays behind as a zombie.
                tokio::spawn(async move { child.wait().await });
                return Ok(stream);
            }
            if let Some(status) = child.try_wait()? {
                let log = self.data.edge().join("edge.log");
                return Err(io::Error::other(format!("it ended at once ({status}); see `{}`", log.display())));
            }
            tokio::time::sleep(PAUSE).await;
        }
        child.kill().await?;
        Err(io::Error::other("it was started, but did not open its socket in 5 s"))
    }

    async fn socket(&self) -> io::Result<UnixStream> {
        UnixStream::connect(ShortPath::of(&self.data.edge_socket())?.as_path()).await
    }

    fn start(&self) -> io::Result<tokio::process::Child> {
        fs::create_dir_all(self.data.edge())?;
        let log = OpenOptions::new().create(true).append(true).open(self.data.edge().join("edge.log"))?;
        let mut command = Command::new(&self.command.program);
        command.arg("edge").arg("--data").arg(self.data.path()).arg("--listen").arg(&self.command.listen);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        own_session(&mut command);
        command.spawn()
    }

    async fn converse(&self, stream: UnixStream, spoken: &mut mpsc::UnboundedReceiver<ToEdge>) -> io::Result<Ended> {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let mut stopped = false;
        // Whatever was published while it was away is read now.
        write_word(&mut writer, &ToEdge::Read).await?;
        loop {
            tokio::select! {
                word = spoken.recv() => {
                    let Some(word) = word else { return Ok(Ended::Stopped) };
                    stopped |= word == ToEdge::Stop;
                    write_word(&mut writer, &word).await?;
                }
                line = lines.next_line() => match line? {
                    None if stopped => return Ok(Ended::Stopped),
                    None => return Ok(Ended::Away),
                    Some(line) => self.hear(&line),
                },
            }
        }
    }

    fn hear(&self, line: &str) {
        match serde_json::from_str::<ToController>(line) {
            Ok(said) => {
                // If nobody hears it, the next send of the loop above ends the keeper.
                let _ = self.inputs.send(Input::Edge(said));
            }
            Err(cause) => tracing::warn!("the edge said something that is not understood: {cause}"),
        }
    }
}

enum Ended {
    Stopped,
    Away,
}

async fn write_word(writer: &mut (impl AsyncWriteExt + Unpin), word: &ToEdge) -> io::Result<()> {
    let mut line = serde_json::to_vec(word).expect("words serialise");
    line.push(b'\n');
    writer.write_all(&line).await
}

/// Whole or not at all: temporary, fsync, rename, fsync of the folder.
fn write_whole(data: &DataDirectory, text: &[u8]) -> io::Result<()> {
    fs::create_dir_all(data.edge())?;
    let temporary = data.edge().join("table.json.new");
    let mut file = File::create(&temporary)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&temporary, data.table())?;
    File::open(data.edge())?.sync_all()
}

/// Ctrl-C and the end of the terminal reach `up` only.
#[expect(unsafe_code, reason = "setsid between fork and exec is safe: it is async-signal-safe and touches no memory")]
fn own_session(command: &mut Command) {
    // SAFETY: setsid is async-signal-safe, takes no arguments and allocates nothing.
    unsafe {
        command.pre_exec(|| {
            libc::setsid();
            Ok(())
        });
    }
}
