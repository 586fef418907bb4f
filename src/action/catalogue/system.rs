//! The server itself: its settings, modules, database and caches.

use crate::action::{Action, LoadType};

actions! {
    /// Tells the server's version and main settings.
    CoreSettings() needs "system, reporting" in "1.6 and later"
        answers "a response with `AsteriskVersion`, `AMIversion`, `SystemName`, limits such as `CoreMaxCalls`, and more" {}

    /// Tells since when the server runs and how many calls it has.
    CoreStatus() needs "system, reporting" in "1.6 and later"
        answers "a response with `CoreStartupDate`, `CoreStartupTime`, `CoreReloadDate`, `CoreReloadTime`, `CoreCurrentCalls` and, \
            later, `CoreProcessedCalls`" {}

    /// Makes the server, or one module, read its configuration again.
    Reload() needs "system, config" in "1.6 and later" answers "a plain response" {
        set module: text = "Module", "Only this module or subsystem, such as `app_queue.so` or `manager`.";
    }

    /// Loads, unloads or reloads a module.
    ModuleLoad(load_type: LoadType = "LoadType") needs "system" in "1.6 and later" answers "a plain response" {
        set module: text = "Module", "The module, with `.so`, or for a reload a subsystem: `cdr`, `dnsmgr`, `extconfig`, `enum`, `acl`, \
            `manager`, `http`, `logger`, `features`, `dsp`, `udptl`, `indications`, `cel`, `plc`; without it all are reloaded. \
            Asterisk 22 finds none of the subsystems here: use [`Reload`] for them.";
        set recursive: yes = "Recursive", "For [`LoadType::Refresh`], takes the modules that depend on it along (22 and later).";
    }

    /// Tells whether a module is loaded.
    ///
    /// The module is named without `.so`.
    ModuleCheck(module: text = "Module") needs "system" in "1.6 and later"
        answers "a success if it is loaded and an error if not; `Version` says nothing" {}

    /// Begins new log files and reads the logger's configuration again.
    LoggerRotate() needs "system, reporting" in "13 and later" answers "a plain response" {}

    /// Reads a branch of what the server holds, such as `asterisk/core/channels`.
    ///
    /// The server answers with an event alone, [`DataGetTree`](crate::event::DataGetTree), which has the action's
    /// id; a refusal, such as `No data returned`, is answered. So this ends in a timeout. Send it with
    /// [`Client::async_action`](crate::Client::async_action) and an [`action_id`](Self::action_id), and take the
    /// event of that id from [`Client::events`](crate::Client::events).
    DataGet(path: text = "Path") needs "none" in "1.8 to 13; removed with 14" answers "nothing that an action can wait for" {
        set search: text = "Search", "Only branches with a leaf of this value, such as `channels/channel/context=internal`.";
        set filter: text = "Filter", "Only these leaves of each branch, such as `channels/channel/name`.";
    }

    /// Reads an entry of Asterisk's database.
    ///
    /// No event tells that this has changed.
    DBGet(family: text = "Family", key: text = "Key") needs "system, reporting" in "1.2 and later"
        lists "an event [`DBGetResponse`](crate::event::DBGetResponse) with `Val`; an error if there is no such entry" completes "DBGetComplete" {}

    /// Lists the entries of Asterisk's database, all or below a family.
    ///
    /// No event tells that this has changed.
    DBGetTree() needs "system, reporting" in "16.28, 18.14, 19.6 and later"
        lists "events [`DBGetTreeResponse`](crate::event::DBGetTreeResponse)" completes "DBGetTreeComplete" {
        set family: text = "Family", "Only entries of this family.";
        set key: text = "Key", "Only entries below this key; needs a family.";
    }

    /// Writes an entry of Asterisk's database.
    DBPut(family: text = "Family", key: text = "Key") needs "system" in "1.2 and later" answers "a plain response" {
        /// # Examples
        ///
        /// ```
        /// use gami::action::DBPut;
        ///
        /// let forward = DBPut::new("CFU", "100").val("200");
        /// # let _ = forward;
        /// ```
        set val: text = "Val", "The value; empty by default.";
    }

    /// Deletes an entry of Asterisk's database.
    DBDel(family: text = "Family", key: text = "Key") needs "system" in "1.8 and later" answers "a plain response" {}

    /// Deletes a family of Asterisk's database, or what is below a key of it.
    DBDelTree(family: text = "Family") needs "system" in "1.8 and later" answers "a plain response" {
        set key: text = "Key", "Only what is below this key.";
    }

    /// Drops all objects from a sorcery memory cache.
    SorceryMemoryCacheExpire(cache: text = "Cache") needs "system" in "14 and later" answers "a plain response" {}

    /// Drops one object from a sorcery memory cache.
    SorceryMemoryCacheExpireObject(cache: text = "Cache", object: text = "Object") needs "system" in "14 and later"
        answers "a plain response" {}

    /// Drops all objects from a sorcery memory cache and fills it from its backend.
    SorceryMemoryCachePopulate(cache: text = "Cache") needs "system" in "14 and later" answers "a plain response" {}

    /// Makes a sorcery memory cache fetch each of its objects anew when it is next asked for it.
    SorceryMemoryCacheStale(cache: text = "Cache") needs "system" in "14 and later" answers "a plain response" {}

    /// Makes a sorcery memory cache fetch one of its objects anew when it is next asked for it.
    SorceryMemoryCacheStaleObject(cache: text = "Cache", object: text = "Object") needs "system" in "14 and later"
        answers "a plain response" {
        set reload: truth = "Reload", "Fetches the object anew at once.";
    }
}
