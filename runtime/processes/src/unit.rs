//! Unit tests of `queue.rs` and `state.rs`. They stand here because `interleavings.rs` compiles those files a second time
//! with atomics that only work inside a model.

mod queue {
    use crate::queue::{List, Node, Queue};

    fn values(list: List<Box<Node<u32>>>) -> Vec<u32> {
        list.map(|node| node.value).collect()
    }

    #[test]
    fn arrival_order_and_emptiness() {
        let queue = Queue::default();
        assert!(queue.push(Node::new(1), false).is_ok_and(|first| first));
        assert!(queue.push(Node::new(2), false).is_ok_and(|first| !first));
        assert_eq!(values(queue.take()), [1, 2]);
        assert!(queue.is_empty());
        assert!(queue.push(Node::new(3), false).is_ok_and(|first| first));
    }

    #[test]
    fn quiet_nodes_are_not_announced() {
        let queue = Queue::default();
        assert!(queue.push(Node::new(1), true).is_ok_and(|first| !first));
        assert!(queue.push(Node::new(2), true).is_ok_and(|first| !first));
        assert!(queue.is_calm() && !queue.is_empty());
        assert!(queue.push(Node::new(3), false).is_ok_and(|first| first), "the first that is to be noticed");
        assert!(queue.push(Node::new(4), true).is_ok_and(|first| !first));
        assert!(queue.push(Node::new(5), false).is_ok_and(|first| !first));
        assert!(!queue.is_calm());
        assert_eq!(values(queue.take()), [1, 2, 3, 4, 5]);
        assert!(queue.push(Node::new(6), true).is_ok_and(|first| !first));
        assert_eq!(values(queue.close()), [6]);
    }

    #[test]
    fn quiet_nodes_are_taken_alone_or_not_at_all() {
        let queue = Queue::default();
        assert_eq!(queue.take_quiet().map(values), Some(vec![]));
        assert!(queue.push(Node::new(1), true).is_ok() && queue.push(Node::new(2), true).is_ok());
        assert_eq!(queue.take_quiet().map(values), Some(vec![1, 2]));
        assert!(queue.push(Node::new(3), true).is_ok() && queue.push(Node::new(4), false).is_ok());
        assert!(queue.take_quiet().is_none(), "the last is for whoever runs the process");
        assert_eq!(values(queue.take()), [3, 4]);
    }

    #[test]
    fn a_closed_queue_gives_signals_back() {
        let queue = Queue::default();
        assert!(queue.push(Node::new(1), false).is_ok());
        assert_eq!(values(queue.close()), [1]);
        assert_eq!(queue.push(Node::new(2), false).err().map(|node| node.value), Some(2));
        assert!(queue.take().is_empty() && queue.close().is_empty() && queue.is_closed());
    }

    #[test]
    fn a_long_queue_is_dropped_without_recursion() {
        let queue = Queue::default();
        for number in 0..200_000_u32 {
            assert!(queue.push(Node::new(number), false).is_ok());
        }
        drop(queue);
    }
}

mod state {
    use crate::state::{Priority, State};

    #[test]
    fn only_the_first_notification_of_a_waiting_process_queues_it() {
        let state = State::new(Priority::High);
        assert_eq!(state.notify(), None, "its maker has it");
        assert!(!state.park(), "the signal must be looked at first");
        state.clear_notified();
        assert!(state.park());
        assert_eq!(state.notify(), Some(Priority::High));
        assert_eq!(state.notify(), None);
        assert!(state.begin());
        assert!(!state.begin());
    }

    #[test]
    fn nothing_wakes_the_gone() {
        let state = State::new(Priority::Normal);
        state.finish();
        assert!(state.is_gone());
        assert_eq!(state.notify(), None);
        assert!(!state.begin());
    }

    #[test]
    fn priority_survives_transitions() {
        let state = State::new(Priority::Low);
        state.set_priority(Priority::Max);
        assert_eq!(state.requeue(), Priority::Max);
        assert!(state.begin());
        assert_eq!(state.priority(), Priority::Max);
    }
}
