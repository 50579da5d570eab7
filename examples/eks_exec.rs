//! An exec plugin for kubectl: prints a token for an EKS cluster.
//!
//! ```yaml
//! users:
//! - name: me
//!   user:
//!     exec:
//!       apiVersion: client.authentication.k8s.io/v1
//!       interactiveMode: Never
//!       command: eks_exec
//!       args: [us-east-1, my-cluster]
//! ```

use std::time::SystemTime;

use countersign::tokens::{self, ExecApiVersion};
use countersign::{Credentials, SecretKey};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(region), Some(cluster)) = (arguments.next(), arguments.next()) else {
        return Err("usage: eks_exec REGION CLUSTER".into());
    };
    let variable = |name| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let mut credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID")?,
        SecretKey::from(variable("AWS_SECRET_ACCESS_KEY")?),
    );
    if let Ok(token) = variable("AWS_SESSION_TOKEN") {
        credentials = credentials.with_session_token(token);
    }
    // kubectl says which version it asks for.
    let version = match variable("KUBERNETES_EXEC_INFO") {
        Ok(info) if info.contains(ExecApiVersion::V1Beta1.as_str()) => ExecApiVersion::V1Beta1,
        _ => ExecApiVersion::V1,
    };
    let token = tokens::eks(&credentials, &region, &cluster, SystemTime::now())?;
    println!("{}", token.exec_credential(version).expose());
    Ok(())
}
