/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signet-token-doctor-private.h: what the doctor's layers share: the patient, the findings, and what earlier layers saw. */
#pragma once

#include "signet-token-doctor.h"
#include "signet-token-pcsc-private.h"
#include "signet-token-vendor-private.h"

G_BEGIN_DECLS

#define SIGNET_DOCTOR_MAX_DEVICES 128

/* A USB device that is a smart card reader by its class, or known to hold keys. */
typedef struct {
  char                    *name;   /* of our data, else what it says of itself: outside text */
  char                    *id;     /* "1050:0407" */
  char                    *node;   /* /dev/bus/usb/001/005 */
  gboolean                 ccid;   /* class 0x0b: the reader service's business */
  const SignetVendorEntry *entry;  /* (nullable) */
} SignetDoctorDevice;

typedef struct {
  SignetTokenManager *manager;
  SignetToken        *token;       /* (nullable): the only one to look at */
  SignetInteraction  *interaction; /* (nullable) */
  GCancellable       *cancellable;
  GPtrArray          *tokens;      /* (element-type SignetToken): those to look at */
  GPtrArray          *problems;    /* (element-type GError) of the listing */
  GPtrArray          *findings;
  GPtrArray          *devices;     /* (element-type SignetDoctorDevice) */
  GPtrArray          *wanted;      /* (element-type SignetVendorEntry): what is plugged in or in a reader, and whose it is */
  SignetPcscReader    readers[SIGNET_PCSC_MAX_READERS];
  guint               n_readers;
  guint               n_cards;     /* in readers, that answer */
  gboolean            hardware;    /* a token that is no file was listed: what is below it works */
} SignetDoctor;

/* What is simply not there is a fault only while there is no token at all: with one made of files it is worth a warning. */
SignetDoctorState _signet_doctor_absence (SignetDoctor *self);
/* Takes nothing: texts are copied; NULL is "". */
SignetDoctorFinding *_signet_doctor_add (SignetDoctor *self, SignetDoctorLayer layer, SignetDoctorState state, const char *code,
                                         const char *subject, const char *detail);
void _signet_doctor_add_fix (SignetDoctorFinding *finding, const char *package, const char *command);
/* "sudo apt install PACKAGE" */
void _signet_doctor_add_package (SignetDoctorFinding *finding, const char *package);

/* --- layers --- */
void _signet_doctor_look_at_usb     (SignetDoctor *self);
void _signet_doctor_tell_no_usb     (SignetDoctor *self); /* after the readers */
void _signet_doctor_look_at_readers (SignetDoctor *self); /* reader service, readers, cards */
void _signet_doctor_look_at_modules (SignetDoctor *self); /* modules, slots */
void _signet_doctor_look_at_tokens  (SignetDoctor *self); /* tokens, keys, certificates */
gboolean _signet_doctor_look_at_signature (SignetDoctor *self, GError **error); /* FALSE: cancelled */

/* --- where things are; development builds may be told otherwise: SIGNET_SYSFS, SIGNET_DOCTOR_ROOT --- */
char *_signet_doctor_sysfs_path (const char *path); /* (transfer full): below /sys */
char *_signet_doctor_root_path  (const char *path); /* (transfer full): absolute */

/* --- processes --- */
typedef struct {
  GPid                     pid;
  char                     name[16]; /* comm of proc(5), outside text */
  const SignetVendorEntry *entry;    /* (nullable): what is known of the program */
} SignetDoctorProcess;

/* Who is connected to the socket @path (not we), known programs first. Other users' processes are seen by name only. */
GArray *_signet_doctor_find_clients (const char *socket_path);
/* Who has the device node open. */
GArray *_signet_doctor_find_holders (const char *node);
/* (transfer full): "scdaemon (4711), …" */
char   *_signet_doctor_describe_processes (GArray *processes);

G_END_DECLS
