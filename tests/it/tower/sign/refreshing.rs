//! Credentials that expire in a layer.

use std::sync::atomic::AtomicUsize;
use std::task::Wake;

use countersign::sources::{RefreshCell, RefreshPermit, RefreshPolicy, Validity};
use countersign::tower::sign::Refreshing;

use super::*;

/// A clock that the tests set, a cell whose credentials expire after an hour, and a refresh that
/// continues on demand. Each refresh makes a signer with the next access key ID.
#[derive(Clone, Default)]
struct Scene {
    seconds: Arc<AtomicU64>,
    started: Arc<AtomicUsize>,
    gate: Arc<Mutex<Gate>>,
}

#[derive(Default)]
struct Gate {
    is_open: bool,
    fails: bool,
    waker: Option<Waker>,
}

impl Scene {
    fn now(&self) -> Timestamp {
        time("2026-01-02T12:00:00Z") + Duration::from_secs(self.seconds.load(Ordering::Relaxed))
    }

    fn open(&self) {
        let mut gate = self.gate.lock().unwrap();
        gate.is_open = true;
        let waker = gate.waker.take();
        drop(gate);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn layer(&self) -> SignLayer {
        let (scene, clock) = (self.clone(), self.clone());
        let cell = RefreshCell::new(RefreshPolicy::default());
        let signers = Refreshing::new(cell, move |permit: RefreshPermit<Signer>| {
            let scene = scene.clone();
            let number = scene.started.fetch_add(1, Ordering::Relaxed);
            async move {
                poll_fn(|context| {
                    let mut gate = scene.gate.lock().unwrap();
                    if gate.is_open {
                        return Poll::Ready(());
                    }
                    gate.waker = Some(context.waker().clone());
                    Poll::Pending
                })
                .await;
                if scene.gate.lock().unwrap().fails {
                    return permit.fail(scene.now());
                }
                let credentials = Credentials::new(format!("AKID{number}"), SECRET_KEY);
                let signer = Signer::new(credentials, "us-east-1", "s3").unwrap();
                let end = scene.now() + Duration::from_secs(3600);
                permit.succeed(signer, Validity::until(Some(end)), scene.now());
            }
        });
        SignLayer::new(signers).with_clock(move || clock.now())
    }
}

/// Counts wake-ups.
#[derive(Default)]
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn get() -> Request<Empty<Bytes>> {
    let request = Request::get("https://bucket.s3.amazonaws.com/key");
    request.body(Empty::new()).unwrap()
}

type Outcome = Poll<Result<(), Error<SignedBodyError>>>;

fn poll_ready(client: &mut Sign<Recorder>, counter: &Arc<Counter>) -> Outcome {
    let waker = Waker::from(Arc::clone(counter));
    let mut context = Context::from_waker(&waker);
    <Sign<Recorder> as Service<Request<Empty<Bytes>>>>::poll_ready(client, &mut context)
}

/// The access key ID of the last request.
fn key(recorder: &Recorder) -> String {
    let sent = recorder.all().pop().unwrap();
    let (_, credential) = sent
        .header("authorization")
        .split_once("Credential=")
        .unwrap();
    credential.split_once('/').unwrap().0.to_owned()
}

#[test]
fn the_first_request_waits_for_credentials_and_all_are_woken() {
    let (scene, recorder) = (Scene::default(), Recorder::default());
    let layer = scene.layer();
    let mut clients = [layer.layer(recorder.clone()), layer.layer(recorder.clone())];
    let counters: [Arc<Counter>; 2] = Default::default();
    for (client, counter) in clients.iter_mut().zip(&counters) {
        assert!(poll_ready(client, counter).is_pending());
    }
    assert_eq!(scene.started.load(Ordering::Relaxed), 1, "one refreshes");
    scene.open();
    for (client, counter) in clients.iter_mut().zip(&counters) {
        assert!(counter.0.load(Ordering::Relaxed) > 0, "woken");
        assert!(matches!(poll_ready(client, counter), Poll::Ready(Ok(()))));
        block_on(client.call(get())).unwrap();
        assert_eq!(key(&recorder), "AKID0");
    }
    assert_eq!(scene.started.load(Ordering::Relaxed), 1);
}

#[test]
fn another_caller_continues_a_refresh_that_the_first_abandons() {
    let (scene, recorder) = (Scene::default(), Recorder::default());
    let layer = scene.layer();
    let counter = Arc::new(Counter::default());
    let mut first = layer.layer(recorder.clone());
    let mut second = layer.layer(recorder.clone());
    assert!(poll_ready(&mut first, &counter).is_pending());
    assert!(poll_ready(&mut second, &counter).is_pending());
    drop(first);
    scene.open();
    assert!(matches!(
        poll_ready(&mut second, &counter),
        Poll::Ready(Ok(()))
    ));
    assert_eq!(scene.started.load(Ordering::Relaxed), 1);
}

/// However often they are polled, the list of waiting tasks has each of them once.
#[test]
fn tasks_that_poll_a_stalled_refresh_in_turn_are_remembered_once() {
    let (scene, recorder) = (Scene::default(), Recorder::default());
    let layer = scene.layer();
    let mut clients = [layer.layer(recorder.clone()), layer.layer(recorder)];
    let counters: [Arc<Counter>; 2] = Default::default();
    for _ in 0..1000 {
        for (client, counter) in clients.iter_mut().zip(&counters) {
            assert!(poll_ready(client, counter).is_pending());
        }
    }
    for counter in &counters {
        assert_eq!(Arc::strong_count(counter), 2, "the test and one waker");
    }
    scene.open();
    for counter in &counters {
        assert_eq!(counter.0.load(Ordering::Relaxed), 1, "woken once");
    }
}

#[test]
fn requests_use_the_current_credentials_during_a_refresh() {
    let (scene, recorder) = (Scene::default(), Recorder::default());
    let mut client = scene.layer().layer(recorder.clone());
    scene.open();
    send(&mut client, get()).unwrap();
    scene.gate.lock().unwrap().is_open = false;
    // 200 seconds are left: the refresh is advisory.
    scene.seconds.store(3400, Ordering::Relaxed);
    for _ in 0..2 {
        send(&mut client, get()).unwrap();
        assert_eq!(key(&recorder), "AKID0");
    }
    assert_eq!(scene.started.load(Ordering::Relaxed), 2);
    scene.open();
    // This call completes the refresh, and the next one uses its result.
    send(&mut client, get()).unwrap();
    send(&mut client, get()).unwrap();
    assert_eq!(key(&recorder), "AKID1");
}

#[test]
fn a_mandatory_refresh_is_waited_for_and_may_fail() {
    let (scene, recorder) = (Scene::default(), Recorder::default());
    let mut client = scene.layer().layer(recorder.clone());
    scene.open();
    send(&mut client, get()).unwrap();
    scene.gate.lock().unwrap().is_open = false;
    scene.gate.lock().unwrap().fails = true;
    // 30 seconds are left: the refresh is mandatory.
    scene.seconds.store(3570, Ordering::Relaxed);
    let counter = Arc::new(Counter::default());
    assert!(poll_ready(&mut client, &counter).is_pending());
    scene.open();
    assert!(matches!(
        poll_ready(&mut client, &counter),
        Poll::Ready(Ok(()))
    ));
    block_on(client.call(get())).unwrap();
    assert_eq!(key(&recorder), "AKID0", "the old ones are good still");

    // It fails again after the expiration. The next attempt is 30 seconds after the last one.
    scene.seconds.store(3599, Ordering::Relaxed);
    send(&mut client, get()).unwrap();
    scene.seconds.store(3600, Ordering::Relaxed);
    let error = send(&mut client, get()).unwrap_err();
    let Error::Sign(SignError::CredentialsUnavailable { retry_at }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(retry_at, time("2026-01-02T13:00:30Z"));
    scene.gate.lock().unwrap().fails = false;
    scene.seconds.store(3630, Ordering::Relaxed);
    send(&mut client, get()).unwrap();
    assert_eq!(key(&recorder), "AKID3");
}

#[test]
fn a_service_without_poll_ready_has_no_credentials() {
    let scene = Scene::default();
    let mut client = scene.layer().layer(Recorder::default());
    let error = block_on(client.call(get())).unwrap_err();
    assert!(matches!(
        error,
        Error::Sign(SignError::CredentialsUnavailable { .. })
    ));
    scene.open();
    block_on(client.call(get())).unwrap();
}

#[test]
fn a_credentials_cell_works_with_signers_by_host() {
    let signers = HostSigners::new(credentials()).unwrap();
    let cell = RefreshCell::with_value(RefreshPolicy::default(), signers, Validity::until(None));
    let refresh = |permit: RefreshPermit<HostSigners>| {
        drop(permit);
        ready(())
    };
    let recorder = Recorder::default();
    let mut client = stopped(Refreshing::new(cell, refresh)).layer(recorder.clone());
    let get = Request::get("https://sqs.eu-west-3.amazonaws.com/").body(Empty::<Bytes>::new());
    send(&mut client, get.unwrap()).unwrap();
    let now = time("2026-01-02T12:00:00Z");
    verify(&recorder.one(), "eu-west-3", "sqs", now);
}

/// 16 threads and one refresh at a time: no thread waits forever or gets expired credentials.
#[test]
fn many_threads_share_one_refresh() {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let scene = Scene::default();
    let layer = scene.layer();
    std::thread::scope(|threads| {
        let workers: Vec<_> = (0..16)
            .map(|_| {
                let layer = layer.clone();
                threads.spawn(move || {
                    let mut client = layer.layer(Recorder::default());
                    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
                    let mut context = Context::from_waker(&waker);
                    for _ in 0..200 {
                        while <Sign<Recorder> as Service<Request<Empty<Bytes>>>>::poll_ready(
                            &mut client,
                            &mut context,
                        )
                        .is_pending()
                        {
                            std::thread::park();
                        }
                        block_on(client.call(get())).unwrap();
                    }
                })
            })
            .collect();
        for hours in 1..20 {
            scene.open();
            std::thread::yield_now();
            scene.gate.lock().unwrap().is_open = hours % 2 == 0;
            scene.seconds.fetch_add(3550, Ordering::Relaxed);
        }
        scene.open();
        for worker in workers {
            worker.join().unwrap();
        }
    });
    assert!(scene.started.load(Ordering::Relaxed) >= 1);
}

#[test]
fn a_service_signs_with_the_credentials_of_the_last_poll_ready() {
    let (scene, recorder) = (Scene::default(), Recorder::default());
    scene.open();
    let mut client = scene.layer().layer(recorder.clone());
    let counter = Arc::new(Counter::default());
    assert!(poll_ready(&mut client, &counter).is_ready());
    scene.seconds.store(7200, Ordering::Relaxed);
    assert!(poll_ready(&mut client, &counter).is_ready());
    block_on(client.call(get())).unwrap();
    assert_eq!(key(&recorder), "AKID1");
}
