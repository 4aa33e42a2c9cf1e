//! The parts of a cluster: scheduler, executors and client, and where each has the function registered.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ballista::prelude::{SessionConfigExt, SessionContextExt};
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use datafusion::execution::{FunctionRegistry, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::ledger::{NAME, function};

/// All parts listen on the loopback only: nothing in a cluster asks who is calling.
const HOST: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// The greatest message between the parts: a ledger is one value, and does not come in pieces.
const MESSAGE: u32 = 256 << 20;

/// A session of one process: so many tasks at once, which take so many rows at once.
pub(crate) fn local(tasks: usize, rows: usize) -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(tasks)
        .with_batch_size(rows)
        .set_bool("datafusion.execution.parquet.schema_force_view_types", false);
    let session = SessionContext::new_with_config(config);
    session.register_udaf(function());
    session
}

/// A session whose queries the scheduler at `address` has run.
pub(crate) async fn client(address: SocketAddr, tasks: usize, rows: usize) -> Result<SessionContext> {
    let config = SessionConfig::new_with_ballista()
        .with_target_partitions(tasks)
        .with_batch_size(rows)
        .with_ballista_grpc_client_max_message_size(MESSAGE as usize);
    let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
    let session = SessionContext::remote_with_state(&format!("df://{address}"), state).await?;
    // Only here: on the way to a remote session the aggregate functions of the state are replaced by those of Ballista.
    session.register_udaf(function());
    Ok(session)
}

/// Runs a scheduler that is ready once so many executors have come.
pub(crate) async fn scheduler(port: u16, executors: usize) -> Result<()> {
    let config = SchedulerConfig {
        bind_host: HOST.to_string(),
        external_host: HOST.to_string(),
        bind_port: port,
        min_ready_executors: executors,
        grpc_server_max_decoding_message_size: MESSAGE,
        grpc_server_max_encoding_message_size: MESSAGE,
        grpc_client_max_message_size: MESSAGE,
        // The scheduler reads the plan that a client sends, and plans the stages: it must know the function by its name.
        override_session_builder: Some(Arc::new(|config: SessionConfig| {
            let mut state = default_session_builder(config)?;
            state.register_udaf(Arc::new(function()))?;
            Ok(state)
        })),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    Ok(start_server(cluster, SocketAddr::from((HOST, port)), Arc::new(config)).await?)
}

/// Runs an executor with one task at once, which keeps what it shuffles in `folder`.
pub(crate) async fn executor(scheduler: SocketAddr, ports: [u16; 2], folder: &Path) -> Result<()> {
    // An executor gets a stage as a physical plan, which names the function.
    let mut functions = BallistaFunctionRegistry::default();
    functions.aggregate_functions.insert(NAME.to_owned(), Arc::new(function()));
    let [port, grpc_port] = ports;
    let config = ExecutorProcessConfig {
        bind_host: HOST.to_string(),
        external_host: Some(HOST.to_string()),
        port,
        grpc_port,
        scheduler_host: scheduler.ip().to_string(),
        scheduler_port: scheduler.port(),
        scheduler_connect_timeout_seconds: 30,
        vcores: 1,
        work_dir: Some(folder.to_str().context("the folder has a name that is no UTF-8")?.to_owned()),
        grpc_max_decoding_message_size: MESSAGE,
        grpc_max_encoding_message_size: MESSAGE,
        override_function_registry: Some(Arc::new(functions)),
        ..ExecutorProcessConfig::default()
    };
    Ok(start_executor_process(Arc::new(config)).await?)
}

/// A scheduler and executors as processes of this program; they end with it.
pub(crate) struct Cluster {
    pub(crate) scheduler: SocketAddr,
    processes: Vec<Child>,
}

impl Cluster {
    /// Starts them, each executor with a folder of its own in `folder`, and waits until all are there.
    pub(crate) async fn start(executors: usize, folder: &Path) -> Result<Self> {
        let ports = free_ports(1 + 2 * executors)?;
        let (scheduler_port, ports) = ports.split_first().context("there is no port")?;
        let scheduler = SocketAddr::from((HOST, *scheduler_port));
        let mut processes = vec![part([
            "scheduler".to_owned(),
            format!("--port={scheduler_port}"),
            format!("--executors={executors}"),
        ])?];
        for (number, ports) in ports.chunks(2).enumerate() {
            let own = folder.join(format!("executor-{number}"));
            std::fs::create_dir_all(&own)?;
            processes.push(part([
                "executor".to_owned(),
                format!("--scheduler={scheduler}"),
                format!("--port={}", ports[0]),
                format!("--grpc-port={}", ports[1]),
                format!("--folder={}", own.display()),
            ])?);
        }
        let mut cluster = Self { scheduler, processes };
        cluster.wait().await?;
        Ok(cluster)
    }

    async fn wait(&mut self) -> Result<()> {
        let started = Instant::now();
        while !ready(self.scheduler).await {
            for process in &mut self.processes {
                if let Some(status) = process.try_wait()? {
                    bail!("a part of the cluster ended with {status}; RUST_LOG=info says more");
                }
            }
            if started.elapsed() > Duration::from_mins(1) {
                bail!("the cluster is not ready after a minute; RUST_LOG=info says more");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Ends all processes and waits until they have.
    pub(crate) async fn stop(mut self) -> Result<()> {
        for process in &mut self.processes {
            process.kill().await?;
        }
        Ok(())
    }
}

fn part<const N: usize>(arguments: [String; N]) -> Result<Child> {
    let program = std::env::current_exe()?;
    let child = Command::new(program).args(arguments).stdin(Stdio::null()).kill_on_drop(true).spawn();
    child.context("cannot start a part of the cluster")
}

/// Ports that nobody listens on, found by listening on them.
fn free_ports(number: usize) -> io::Result<Vec<u16>> {
    let listeners: Vec<TcpListener> = (0..number).map(|_| TcpListener::bind((HOST, 0))).collect::<Result<_, _>>()?;
    listeners.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

/// Whether the scheduler says that enough executors have come.
async fn ready(scheduler: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(scheduler).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        io::Result::Ok(answer.starts_with("HTTP/1.1 200"))
    };
    matches!(tokio::time::timeout(Duration::from_secs(2), ask).await, Ok(Ok(true)))
}
