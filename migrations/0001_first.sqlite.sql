CREATE TABLE "patient" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "external_id" VARCHAR(120) NOT NULL UNIQUE,
    "first_name" VARCHAR(200) NOT NULL,
    "last_name" VARCHAR(200) NOT NULL,
    "birth_date" DATE,
    "phone" VARCHAR(20),
    "email" VARCHAR(254),
    "locale" VARCHAR(20) NOT NULL,
    "timezone" VARCHAR(60),
    "bill_to" VARCHAR(10) NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "price_list" VARCHAR(60),
    "created_at" TIMESTAMP NOT NULL,
    "credit_cents" BIGINT NOT NULL,
    "guarantor_id" BIGINT REFERENCES "patient" ("id") ON DELETE RESTRICT,
    "merged_into_id" BIGINT REFERENCES "patient" ("id") ON DELETE RESTRICT,
    CONSTRAINT credit_never_below_zero CHECK (credit_cents >= 0)
) /* Who was treated; as a guarantor, who is billed and contacted. */;
CREATE INDEX "idx_patient_phone_efe37f" ON "patient" ("phone");
CREATE TABLE "consent" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "channel" VARCHAR(10) NOT NULL,
    "address" VARCHAR(254) NOT NULL,
    "given" INT NOT NULL,
    "source" VARCHAR(60) NOT NULL,
    "wording" TEXT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "patient_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE RESTRICT
) /* Who agreed to be contacted how, when, and in which words. Rows are only ever added. */;
CREATE INDEX "idx_consent_patient_a4a775" ON "consent" ("patient_id", "channel");
CREATE TABLE "patient_word" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "patient_id" BIGINT NOT NULL,
    "payer_id" BIGINT NOT NULL,
    "word" BLOB NOT NULL
) /* A word that a patient can be found by, and who pays for them; `models.search` writes them. */;
CREATE TABLE "suppression" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "channel" VARCHAR(10) NOT NULL,
    "address" VARCHAR(254) NOT NULL,
    "reason" VARCHAR(20) NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "lifted_at" TIMESTAMP
) /* An address that must not be written to, and why: opted out, or someone else's number. */;
CREATE INDEX "idx_suppression_channel_d0a0ae" ON "suppression" ("channel", "address");
CREATE TABLE "care_session" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "external_id" VARCHAR(120) NOT NULL UNIQUE,
    "location" VARCHAR(60) NOT NULL,
    "provider" VARCHAR(120) NOT NULL,
    "served_on" DATE NOT NULL,
    "content_hash" VARCHAR(64) NOT NULL,
    "completed_at" TIMESTAMP NOT NULL,
    "patient_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE RESTRICT
) /* A completed visit. */;
CREATE TABLE "charge" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "guarantor_id" BIGINT NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "provider" VARCHAR(120) NOT NULL,
    "served_on" DATE NOT NULL,
    "code" VARCHAR(60) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "description" VARCHAR(200) NOT NULL,
    "quantity_thousandths" BIGINT NOT NULL,
    "unit_price_cents" BIGINT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "taxes" TEXT NOT NULL,
    "claim_id" BIGINT,
    "invoice_id" BIGINT,
    "patient_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE RESTRICT,
    "session_id" BIGINT NOT NULL REFERENCES "care_session" ("id") ON DELETE RESTRICT
) /* One billable line that came out of a session, or a claim's share; unbilled until an invoice takes it. */;
CREATE INDEX "idx_charge_guarant_aba528" ON "charge" ("guarantor_id");
CREATE TABLE "price" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "price_list" VARCHAR(60) NOT NULL,
    "code" VARCHAR(60) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "description" VARCHAR(200) NOT NULL,
    "unit_price_cents" BIGINT NOT NULL,
    "taxes" TEXT NOT NULL,
    "valid_from" DATE NOT NULL,
    CONSTRAINT "uid_price_price_l_e80a4c" UNIQUE ("price_list", "code", "valid_from")
) /* What a procedure or material costs on a price list from a day on. */;
CREATE TABLE "counter" (
    "name" VARCHAR(60) NOT NULL PRIMARY KEY,
    "given" BIGINT NOT NULL
) /* The last number given out; raised in the transaction that uses it, so that no number is skipped. */;
CREATE TABLE "invoice" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "number" VARCHAR(40) UNIQUE,
    "location" VARCHAR(60) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "status_before" VARCHAR(20),
    "version" INT NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "total_cents" BIGINT NOT NULL,
    "paid_cents" BIGINT NOT NULL,
    "forgiven_cents" BIGINT NOT NULL,
    "balance_cents" BIGINT NOT NULL,
    "due_date" DATE,
    "issued_on" DATE,
    "notes" TEXT NOT NULL,
    "taxes" TEXT NOT NULL,
    "fee_periods" INT NOT NULL,
    "next_fee_on" DATE,
    "invoice_set_id" BIGINT,
    "plan_id" BIGINT,
    "created_at" TIMESTAMP NOT NULL,
    "sent_at" TIMESTAMP,
    "overdue_at" TIMESTAMP,
    "paid_at" TIMESTAMP,
    "voided_at" TIMESTAMP,
    "archived_at" TIMESTAMP,
    "guarantor_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE RESTRICT,
    CONSTRAINT invoice_never_below_zero CHECK (balance_cents >= 0),
    CONSTRAINT invoice_adds_up CHECK (balance_cents = total_cents - paid_cents - forgiven_cents OR status = 'draft' OR voided_at IS NOT NULL),
    CONSTRAINT invoice_paid_and_forgiven_never_below_zero CHECK (paid_cents >= 0 AND forgiven_cents >= 0),
    CONSTRAINT invoice_numbered_when_sent CHECK (status = 'draft' OR number IS NOT NULL)
) /* The document: its money columns are copies of the ledger, written in the same transaction. */;
CREATE INDEX "idx_invoice_invoice_615d7d" ON "invoice" ("invoice_set_id");
CREATE INDEX "idx_invoice_guarant_319e9f" ON "invoice" ("guarantor_id", "status");
CREATE INDEX "idx_invoice_status_3cd153" ON "invoice" ("status", "due_date");
CREATE TABLE "invoice_adjustment" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "line" INT,
    "kind" VARCHAR(20) NOT NULL,
    "period" INT,
    "description" VARCHAR(200) NOT NULL,
    "basis_points" INT,
    "amount_cents" BIGINT NOT NULL,
    "reason" VARCHAR(500) NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "invoice_id" BIGINT NOT NULL REFERENCES "invoice" ("id") ON DELETE CASCADE
) /* What changes the total besides lines and taxes: discount, surcharge, late_fee, late_fee_waived. One late fee per */;
CREATE INDEX "idx_invoice_adj_invoice_53aa53" ON "invoice_adjustment" ("invoice_id");
CREATE TABLE "invoice_line" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "position" INT NOT NULL,
    "charge_id" BIGINT UNIQUE,
    "code" VARCHAR(60) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "patient_id" BIGINT,
    "served_on" DATE,
    "description" VARCHAR(200) NOT NULL,
    "quantity_thousandths" BIGINT NOT NULL,
    "unit_price_cents" BIGINT NOT NULL,
    "list_price_cents" BIGINT,
    "rate_reason" VARCHAR(500) NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "taxes" TEXT NOT NULL,
    "invoice_id" BIGINT NOT NULL REFERENCES "invoice" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_invoice_lin_invoice_284bd5" UNIQUE ("invoice_id", "position")
) /* What is billed, at its price: what was taken off or put on it stands among the adjustments, by its position. */;
CREATE TABLE "invoice_tax" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "name" VARCHAR(40) NOT NULL,
    "title" VARCHAR(200) NOT NULL,
    "basis_points" INT NOT NULL,
    "included" INT NOT NULL,
    "base_cents" BIGINT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "invoice_id" BIGINT NOT NULL REFERENCES "invoice" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_invoice_tax_invoice_ae899a" UNIQUE ("invoice_id", "name")
) /* One rate on one invoice: what it was on, and what it came to. Added to the lines, or contained in them. */;
CREATE TABLE "product" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "code" VARCHAR(60) NOT NULL UNIQUE,
    "name" VARCHAR(200) NOT NULL,
    "unit_price_cents" BIGINT NOT NULL,
    "taxes" TEXT NOT NULL,
    "tracked" INT NOT NULL,
    "stock_thousandths" BIGINT NOT NULL
) /* Something that is sold by itself, or used in sessions under the same code. */;
CREATE TABLE "stock_movement" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "why" VARCHAR(20) NOT NULL,
    "thousandths" BIGINT NOT NULL,
    "invoice_id" BIGINT,
    "reason" VARCHAR(500) NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "product_id" BIGINT NOT NULL REFERENCES "product" ("id") ON DELETE RESTRICT
) /* What came in or went out, and why. Rows are only ever added. */;
CREATE INDEX "idx_stock_movem_invoice_013f8e" ON "stock_movement" ("invoice_id");
CREATE INDEX "idx_stock_movem_product_b6ca42" ON "stock_movement" ("product_id");
CREATE TABLE "bulk_job" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "kind" VARCHAR(40) NOT NULL,
    "asked" JSON NOT NULL,
    "asker" JSON NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "done_at" TIMESTAMP,
    "claimed_until" TIMESTAMP
);
CREATE TABLE "bulk_item" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "row_id" BIGINT NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "said" VARCHAR(500) NOT NULL,
    "job_id" BIGINT NOT NULL REFERENCES "bulk_job" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_bulk_item_job_id_6daa4d" UNIQUE ("job_id", "row_id")
) /* One row of a job. Its result is written in the transaction of its work, so a crash repeats nothing. */;
CREATE TABLE "checkout_attempt" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "ref" VARCHAR(40) NOT NULL UNIQUE,
    "amount_cents" BIGINT NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "processor_id" VARCHAR(120),
    "status" VARCHAR(20) NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "expires_at" TIMESTAMP NOT NULL,
    "guarantor_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE RESTRICT
) /* One press on Pay: what was to be paid, at which processor, and what became of it. */;
CREATE INDEX "idx_checkout_at_guarant_7d7b7c" ON "checkout_attempt" ("guarantor_id", "status");
CREATE TABLE "ledger_entry" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "act" VARCHAR(40) NOT NULL,
    "booked_on" DATE NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "debit" VARCHAR(20) NOT NULL,
    "credit" VARCHAR(20) NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "guarantor_id" BIGINT NOT NULL,
    "invoice_id" BIGINT,
    "payment_id" BIGINT,
    "location" VARCHAR(60) NOT NULL,
    CONSTRAINT entry_moves_money CHECK (amount_cents > 0),
    CONSTRAINT entry_has_two_accounts CHECK (debit <> credit),
    CONSTRAINT entry_is_on_known_accounts CHECK (debit IN ('receivable', 'credit', 'cash', 'revenue', 'tax', 'late_fees', 'adjustments', 'bad_debt', 'disputed', 'merged') AND credit IN ('receivable', 'credit', 'cash', 'revenue', 'tax', 'late_fees', 'adjustments', 'bad_debt', 'disputed', 'merged')),
    CONSTRAINT entry_names_what_it_is_owed_for CHECK (('receivable' IN (debit, credit)) = (invoice_id IS NOT NULL))
) /* One amount from the credited account to the debited one. Rows are only ever added. */;
CREATE INDEX "idx_ledger_entr_guarant_95939a" ON "ledger_entry" ("guarantor_id");
CREATE INDEX "idx_ledger_entr_invoice_696acd" ON "ledger_entry" ("invoice_id");
CREATE INDEX "idx_ledger_entr_payment_974c3b" ON "ledger_entry" ("payment_id");
CREATE TABLE "payment" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "status_before" VARCHAR(20),
    "version" INT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "unapplied_cents" BIGINT NOT NULL,
    "returned_cents" BIGINT NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "method" VARCHAR(20) NOT NULL,
    "received_on" DATE NOT NULL,
    "reference" VARCHAR(120) NOT NULL,
    "notes" TEXT NOT NULL,
    "group" VARCHAR(60) NOT NULL,
    "processor" VARCHAR(20),
    "processor_id" VARCHAR(120),
    "created_at" TIMESTAMP NOT NULL,
    "guarantor_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_payment_process_776211" UNIQUE ("processor", "processor_id"),
    CONSTRAINT payment_is_money CHECK (amount_cents > 0),
    CONSTRAINT payment_unapplied_never_below_zero CHECK (unapplied_cents >= 0),
    CONSTRAINT payment_never_returned_beyond_itself CHECK (returned_cents BETWEEN 0 AND amount_cents)
) /* Money that came in. What of it is applied stands in its shares, what is not is the guarantor's credit. */;
CREATE INDEX "idx_payment_group_497d4e" ON "payment" ("group");
CREATE TABLE "dispute" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "processor_id" VARCHAR(120) NOT NULL UNIQUE,
    "amount_cents" BIGINT NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "reason" VARCHAR(300) NOT NULL,
    "opened_at" TIMESTAMP NOT NULL,
    "closed_at" TIMESTAMP,
    "payment_id" BIGINT NOT NULL REFERENCES "payment" ("id") ON DELETE RESTRICT
) /* A payer's bank has taken a payment back, for now or for good. */;
CREATE TABLE "payment_share" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "recovered_cents" BIGINT NOT NULL,
    "invoice_id" BIGINT NOT NULL REFERENCES "invoice" ("id") ON DELETE RESTRICT,
    "payment_id" BIGINT NOT NULL REFERENCES "payment" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_payment_sha_payment_031a50" UNIQUE ("payment_id", "invoice_id"),
    CONSTRAINT share_is_money CHECK (amount_cents > 0 AND recovered_cents BETWEEN 0 AND amount_cents)
) /* The part of a payment that one invoice has now; how it came to be stands in the ledger. */;
CREATE TABLE "refund" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "ref" VARCHAR(40) NOT NULL UNIQUE,
    "amount_cents" BIGINT NOT NULL,
    "disposition" VARCHAR(20),
    "reason" VARCHAR(500) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "processor_id" VARCHAR(120) UNIQUE,
    "parts" JSON NOT NULL,
    "asked_by" VARCHAR(120) NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "due_at" TIMESTAMP NOT NULL,
    "claimed_until" TIMESTAMP,
    "attempts" INT NOT NULL,
    "first_attempt_at" TIMESTAMP,
    "done_at" TIMESTAMP,
    "payment_id" BIGINT NOT NULL REFERENCES "payment" ("id") ON DELETE RESTRICT
) /* Money on its way back. Through a processor it is pending until the processor has said so. */;
CREATE INDEX "idx_refund_payment_33c295" ON "refund" ("payment_id", "status");
CREATE TABLE "write_off" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "invoice_set_id" BIGINT NOT NULL,
    "invoice_id" BIGINT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "recovered_cents" BIGINT NOT NULL,
    "reason" VARCHAR(500) NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "undone_at" TIMESTAMP,
    CONSTRAINT write_off_recovered_within_itself CHECK (recovered_cents BETWEEN 0 AND amount_cents)
) /* What was written off a set, invoice by invoice, so that it can be undone exactly. */;
CREATE INDEX "idx_write_off_invoice_813ed7" ON "write_off" ("invoice_set_id");
CREATE TABLE "claim" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "external_id" VARCHAR(120) NOT NULL UNIQUE,
    "guarantor_id" BIGINT NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "bill_to" VARCHAR(10) NOT NULL,
    "payer" VARCHAR(120) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "status_before" VARCHAR(20),
    "version" INT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "allowed_cents" BIGINT,
    "paid_cents" BIGINT,
    "patient_cents" BIGINT,
    "share_cents" BIGINT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "session_id" BIGINT NOT NULL UNIQUE REFERENCES "care_session" ("id") ON DELETE RESTRICT,
    CONSTRAINT claim_share_within_itself CHECK (share_cents BETWEEN 0 AND amount_cents)
) /* What an insurer is asked to pay for a session. Its figures are those of the decision that stands. */;
CREATE INDEX "idx_claim_guarant_5842fa" ON "claim" ("guarantor_id");
CREATE INDEX "idx_claim_status_7728eb" ON "claim" ("status", "location");
CREATE TABLE "claim_line" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "position" INT NOT NULL,
    "code" VARCHAR(60) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "description" VARCHAR(200) NOT NULL,
    "quantity_thousandths" BIGINT NOT NULL,
    "unit_price_cents" BIGINT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "claim_id" BIGINT NOT NULL REFERENCES "claim" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_claim_line_claim_i_e192c7" UNIQUE ("claim_id", "position")
) /* A procedure or material of the session, priced; the patient owes nothing for it by itself. */;
CREATE TABLE "claim_posting" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "key" VARCHAR(64) NOT NULL UNIQUE,
    "source" VARCHAR(10) NOT NULL,
    "remittance_id" BIGINT,
    "word" VARCHAR(20) NOT NULL,
    "payer" VARCHAR(120) NOT NULL,
    "rank" INT NOT NULL,
    "charged_cents" BIGINT NOT NULL,
    "allowed_cents" BIGINT,
    "paid_cents" BIGINT NOT NULL,
    "patient_cents" BIGINT NOT NULL,
    "share_cents" BIGINT NOT NULL,
    "decided_on" DATE NOT NULL,
    "trace" VARCHAR(60) NOT NULL,
    "place" INT NOT NULL,
    "reason" VARCHAR(500) NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "claim_id" BIGINT NOT NULL REFERENCES "claim" ("id") ON DELETE RESTRICT
) /* One decision on a claim, by a payer or by the practice. Rows are only ever added. */;
CREATE INDEX "idx_claim_posti_remitta_3c8b35" ON "claim_posting" ("remittance_id");
CREATE TABLE "credit_note" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "charge_id" BIGINT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "invoice_id" BIGINT NOT NULL REFERENCES "invoice" ("id") ON DELETE RESTRICT,
    CONSTRAINT credit_note_is_money CHECK (amount_cents > 0)
) /* What was taken off a sent invoice because the payer left less to the patient. Rows are only ever added. */;
CREATE INDEX "idx_credit_note_charge__bf28e6" ON "credit_note" ("charge_id");
CREATE TABLE "discrepancy" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "key" VARCHAR(64) NOT NULL UNIQUE,
    "remittance_id" BIGINT,
    "claim_id" BIGINT,
    "account" VARCHAR(120) NOT NULL,
    "what" VARCHAR(30) NOT NULL,
    "sentence" VARCHAR(500) NOT NULL,
    "theirs_cents" BIGINT NOT NULL,
    "ours_cents" BIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "settled_at" TIMESTAMP,
    "note" VARCHAR(500) NOT NULL
) /* What a person must look at, with both figures: the payer's and ours. */;
CREATE INDEX "idx_discrepancy_remitta_553ae3" ON "discrepancy" ("remittance_id");
CREATE INDEX "idx_discrepancy_claim_i_1e4294" ON "discrepancy" ("claim_id");
CREATE TABLE "remittance" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "payer" VARCHAR(60) NOT NULL,
    "payer_name" VARCHAR(60) NOT NULL,
    "trace" VARCHAR(60) NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "paid_on" DATE NOT NULL,
    "file_hash" VARCHAR(64) NOT NULL,
    "received_at" TIMESTAMP NOT NULL,
    CONSTRAINT "uid_remittance_payer_787f72" UNIQUE ("payer", "trace")
) /* A payer's check or transfer, as an 835 file told of it. */;
CREATE TABLE "cash_day" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "day" DATE NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "status_before" VARCHAR(20),
    "version" INT NOT NULL,
    "float_cents" BIGINT NOT NULL,
    "payments_cents" BIGINT NOT NULL,
    "refunds_cents" BIGINT NOT NULL,
    "paid_in_cents" BIGINT NOT NULL,
    "paid_out_cents" BIGINT NOT NULL,
    "expected_cents" BIGINT NOT NULL,
    "counted_cents" BIGINT NOT NULL,
    "counted" JSON NOT NULL,
    "note" VARCHAR(500) NOT NULL,
    "opened_by" VARCHAR(200) NOT NULL,
    "opened_at" TIMESTAMP NOT NULL,
    "closed_by" VARCHAR(200) NOT NULL,
    "closed_at" TIMESTAMP,
    CONSTRAINT "uid_cash_day_locatio_39c205" UNIQUE ("location", "day")
) /* One location's drawer on one day. What it came to is written when it is closed, and stays. */;
CREATE TABLE "cash_movement" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "reason" VARCHAR(500) NOT NULL,
    "actor_name" VARCHAR(200) NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "cash_day_id" BIGINT NOT NULL REFERENCES "cash_day" ("id") ON DELETE RESTRICT
) /* Cash put into the drawer or taken out of it beside payments. Rows are only ever added. */;
CREATE TABLE "invoice_set" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "status_before" VARCHAR(20),
    "version" INT NOT NULL,
    "stage" VARCHAR(40) NOT NULL,
    "rule_set" VARCHAR(60) NOT NULL,
    "plan" JSON NOT NULL,
    "step" INT NOT NULL,
    "enrolled_at" TIMESTAMP NOT NULL,
    "next_send_at" TIMESTAMP,
    "held_until" TIMESTAMP,
    "hold_reason" VARCHAR(200),
    "trouble" VARCHAR(300),
    "fix" VARCHAR(300),
    "written_off_cents" BIGINT NOT NULL,
    "claimed_until" TIMESTAMP,
    "guarantor_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE RESTRICT
) /* Everything one guarantor owes, chased together: one sequence, one status, one card. */;
CREATE INDEX "idx_invoice_set_status_ff9ed5" ON "invoice_set" ("status", "location");
CREATE TABLE "message" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "ref" VARCHAR(40) NOT NULL UNIQUE,
    "occasion" VARCHAR(120) UNIQUE,
    "guarantor_id" BIGINT NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "invoice_set_id" BIGINT,
    "purpose" VARCHAR(20) NOT NULL,
    "step" INT,
    "channel" VARCHAR(10) NOT NULL,
    "direction" VARCHAR(3) NOT NULL,
    "address" VARCHAR(254) NOT NULL,
    "sender" VARCHAR(254) NOT NULL,
    "subject" VARCHAR(300) NOT NULL,
    "body" TEXT NOT NULL,
    "html" TEXT NOT NULL,
    "paper" VARCHAR(60),
    "status" VARCHAR(20) NOT NULL,
    "provider_id" VARCHAR(120) UNIQUE,
    "error_code" VARCHAR(40),
    "error" VARCHAR(300),
    "segments" INT,
    "cost_micros" BIGINT,
    "author" VARCHAR(200) NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "due_at" TIMESTAMP NOT NULL,
    "claimed_until" TIMESTAMP,
    "attempts" INT NOT NULL,
    "first_attempt_at" TIMESTAMP,
    "sent_at" TIMESTAMP,
    "settled_at" TIMESTAMP
) /* One text or mail that leaves or arrived, with its delivery result. */;
CREATE INDEX "idx_message_guarant_f7a6e2" ON "message" ("guarantor_id");
CREATE INDEX "idx_message_invoice_ddf1a3" ON "message" ("invoice_set_id");
CREATE INDEX "idx_message_address_47d4ca" ON "message" ("address", "created_at");
CREATE TABLE "chain_head" (
    "id" INT NOT NULL PRIMARY KEY,
    "seq" BIGINT NOT NULL,
    "hash" VARCHAR(64) NOT NULL
) /* The last link: held by the transaction that adds events, so that their order is the order of commits. */;
CREATE TABLE "event" (
    "seq" BIGINT NOT NULL PRIMARY KEY,
    "at" TIMESTAMP NOT NULL,
    "kind" VARCHAR(60) NOT NULL,
    "subject" VARCHAR(60) NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "guarantor_id" BIGINT,
    "invoice_set_id" BIGINT,
    "actor" VARCHAR(120) NOT NULL,
    "actor_name" VARCHAR(200) NOT NULL,
    "via" VARCHAR(10) NOT NULL,
    "correlation" VARCHAR(40) NOT NULL,
    "before" JSON NOT NULL,
    "after" JSON NOT NULL,
    "previous_hash" VARCHAR(64) NOT NULL,
    "hash" VARCHAR(64) NOT NULL
) /* One past fact: the audit trail, the card's thread and the outbox at once. Rows are only ever added. */;
CREATE INDEX "idx_event_invoice_991d41" ON "event" ("invoice_set_id");
CREATE INDEX "idx_event_subject_632a3b" ON "event" ("subject");
CREATE TABLE "inbox_item" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "source" VARCHAR(20) NOT NULL,
    "external_id" VARCHAR(200) NOT NULL,
    "headers" TEXT NOT NULL,
    "body" BLOB NOT NULL,
    "received_at" TIMESTAMP NOT NULL,
    "due_at" TIMESTAMP NOT NULL,
    "handled_at" TIMESTAMP,
    "claimed_until" TIMESTAMP,
    "attempts" INT NOT NULL,
    "error" VARCHAR(300),
    CONSTRAINT "uid_inbox_item_source_03f54a" UNIQUE ("source", "external_id")
) /* A webhook as it came in, verified and kept before it is answered; worked on afterwards. */;
CREATE TABLE "job_slot" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "job" VARCHAR(40) NOT NULL,
    "slot" VARCHAR(60) NOT NULL,
    "taken_at" TIMESTAMP NOT NULL,
    CONSTRAINT "uid_job_slot_job_6848b9" UNIQUE ("job", "slot")
) /* That a job's slot has been taken, by whichever replica was first. */;
CREATE TABLE "reader_place" (
    "name" VARCHAR(60) NOT NULL PRIMARY KEY,
    "seq" BIGINT NOT NULL,
    "tries" INT NOT NULL,
    "due_at" TIMESTAMP
) /* How far one reader of the events has come. */;
CREATE TABLE "card" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "ref" VARCHAR(40) NOT NULL UNIQUE,
    "invoice_set_id" BIGINT NOT NULL UNIQUE,
    "channel" VARCHAR(60) NOT NULL,
    "channel_id" VARCHAR(30),
    "ts" VARCHAR(30),
    "wanted" BIGINT NOT NULL,
    "shown" BIGINT NOT NULL,
    "due_at" TIMESTAMP NOT NULL,
    "claimed_until" TIMESTAMP,
    "attempts" INT NOT NULL,
    "first_attempt_at" TIMESTAMP,
    "error" VARCHAR(300)
) /* The Slack message that stands for an invoice set; it is owed an update while `wanted` is ahead of `shown`. */;
CREATE TABLE "post" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "ref" VARCHAR(40) NOT NULL UNIQUE,
    "occasion" VARCHAR(120) NOT NULL UNIQUE,
    "card_id" BIGINT,
    "channel" VARCHAR(60) NOT NULL,
    "text" TEXT NOT NULL,
    "blocks" JSON NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "ts" VARCHAR(30),
    "due_at" TIMESTAMP NOT NULL,
    "claimed_until" TIMESTAMP,
    "attempts" INT NOT NULL,
    "first_attempt_at" TIMESTAMP,
    "error" VARCHAR(300)
) /* One message to Slack besides the cards: a line in a card's thread, or a notice in a channel. */;
CREATE INDEX "idx_post_card_id_e4a6f8" ON "post" ("card_id");
CREATE TABLE "document" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "paper" VARCHAR(60) NOT NULL UNIQUE,
    "guarantor_id" BIGINT NOT NULL,
    "filename" VARCHAR(120) NOT NULL,
    "sha256" VARCHAR(64) NOT NULL,
    "content" BLOB NOT NULL,
    "made_at" TIMESTAMP NOT NULL
) /* A PDF as it left the house. */;
CREATE INDEX "idx_document_guarant_76351c" ON "document" ("guarantor_id");
CREATE TABLE "patient_link" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "expires_at" TIMESTAMP NOT NULL,
    "revoked_at" TIMESTAMP,
    "guarantor_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE CASCADE
) /* The key to one guarantor's page; the token in its address is signed over the row's id. */;
CREATE TABLE "payment_plan" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "status_before" VARCHAR(20),
    "version" INT NOT NULL,
    "total_cents" BIGINT NOT NULL,
    "looked_on" DATE NOT NULL,
    "look_on" DATE,
    "created_at" TIMESTAMP NOT NULL,
    "ended_at" TIMESTAMP,
    "guarantor_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE RESTRICT
) /* A guarantor's balance, parted over dates. How far it has come is what its invoices have come down by. */;
CREATE INDEX "idx_payment_pla_guarant_6c7439" ON "payment_plan" ("guarantor_id", "status");
CREATE TABLE "instalment" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "due_on" DATE NOT NULL,
    "amount_cents" BIGINT NOT NULL,
    "told_at" TIMESTAMP,
    "plan_id" BIGINT NOT NULL REFERENCES "payment_plan" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_instalment_plan_id_b0345d" UNIQUE ("plan_id", "due_on")
) /* One part. A changed plan has new ones; those of before are gone, and stand in its history. */;
CREATE TABLE "plan_invoice" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "invoice_id" BIGINT NOT NULL REFERENCES "invoice" ("id") ON DELETE RESTRICT,
    "plan_id" BIGINT NOT NULL REFERENCES "payment_plan" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_plan_invoic_plan_id_b30051" UNIQUE ("plan_id", "invoice_id")
) /* An invoice that a plan is over. */;
CREATE TABLE "agency_case" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "note" VARCHAR(500) NOT NULL,
    "balance_cents" BIGINT NOT NULL,
    "handed_at" TIMESTAMP NOT NULL,
    "handed_by" VARCHAR(200) NOT NULL,
    "recalled_at" TIMESTAMP,
    "recalled_by" VARCHAR(200),
    "invoice_set_id" BIGINT NOT NULL REFERENCES "invoice_set" ("id") ON DELETE RESTRICT
) /* One hand-over of an invoice set. Whether the agency still has it is the set's status. */;
CREATE INDEX "idx_agency_case_invoice_d51590" ON "agency_case" ("invoice_set_id");
CREATE TABLE "agency_invoice" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "itemized_on" DATE NOT NULL,
    "itemized_by" VARCHAR(20) NOT NULL,
    "principal_cents" BIGINT NOT NULL,
    "fees_cents" BIGINT NOT NULL,
    "payments_cents" BIGINT NOT NULL,
    "credits_cents" BIGINT NOT NULL,
    "case_id" BIGINT NOT NULL REFERENCES "agency_case" ("id") ON DELETE RESTRICT,
    "invoice_id" BIGINT NOT NULL REFERENCES "invoice" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_agency_invo_case_id_b1b03f" UNIQUE ("case_id", "invoice_id")
) /* One invoice of a case, itemized: what it was, and what had changed it by then. Rows are only added. */;
CREATE TABLE "due_statement" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "location" VARCHAR(60) NOT NULL,
    "first_on" DATE NOT NULL,
    "last_on" DATE NOT NULL,
    "opening_cents" BIGINT NOT NULL,
    "owed_cents" BIGINT NOT NULL,
    "credit_cents" BIGINT NOT NULL,
    "made_at" TIMESTAMP NOT NULL,
    "guarantor_id" BIGINT NOT NULL REFERENCES "patient" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_due_stateme_guarant_7bb2f8" UNIQUE ("guarantor_id", "last_on")
) /* The next one begins on the day after this one's last. Rows are only added: a past period's figures stay. */;
CREATE TABLE "api_key" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "name" VARCHAR(60) NOT NULL UNIQUE,
    "scope" VARCHAR(10) NOT NULL,
    "hash" VARCHAR(64) NOT NULL UNIQUE,
    "created_at" TIMESTAMP NOT NULL,
    "revoked_at" TIMESTAMP
) /* Only the hash of a key is kept; it is shown once, when it is made. */;
CREATE TABLE "given_answer" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "api_key_id" BIGINT NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    "request_hash" VARCHAR(64) NOT NULL,
    "status" INT NOT NULL,
    "body" TEXT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    CONSTRAINT "uid_given_answe_api_key_e7d64f" UNIQUE ("api_key_id", "key")
) /* What a POST with an Idempotency-Key was answered, to be given again when it comes again. */;
CREATE INDEX invoice_owing ON invoice (guarantor_id, location, issued_on, balance_cents) WHERE balance_cents > 0;
CREATE INDEX invoice_by_status ON invoice (status, id);
CREATE INDEX invoice_by_created ON invoice (created_at, id);
CREATE INDEX invoice_by_amount ON invoice (total_cents);
CREATE INDEX invoice_by_location ON invoice (location, id);
CREATE INDEX invoice_fee_due ON invoice (location, next_fee_on) WHERE status = 'overdue';
CREATE INDEX invoice_to_archive ON invoice (COALESCE(voided_at, paid_at)) WHERE status IN ('paid', 'refunded', 'void');
CREATE INDEX care_session_of_patient ON care_session (patient_id);
CREATE INDEX charge_of_session ON charge (session_id);
CREATE INDEX charge_of_patient ON charge (patient_id);
CREATE INDEX charge_of_invoice ON charge (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX charge_unbilled ON charge (guarantor_id, patient_id, location, served_on, amount_cents) WHERE invoice_id IS NULL;
CREATE INDEX bulk_job_open ON bulk_job (id) WHERE done_at IS NULL;
CREATE INDEX bulk_item_waiting ON bulk_item (job_id, id) WHERE status = 'waiting';
CREATE INDEX claim_by_number ON claim (UPPER(external_id));
CREATE INDEX charge_of_claim ON charge (claim_id) WHERE claim_id IS NOT NULL;
CREATE INDEX discrepancy_open ON discrepancy (at) WHERE settled_at IS NULL;
CREATE INDEX invoice_set_due ON invoice_set (next_send_at) WHERE next_send_at IS NOT NULL;
CREATE INDEX invoice_set_by_status ON invoice_set (status, id);
CREATE INDEX invoice_set_of_guarantor ON invoice_set (guarantor_id);
CREATE INDEX ledger_entry_booked ON ledger_entry (booked_on);
CREATE INDEX patient_of_guarantor ON patient (guarantor_id) WHERE guarantor_id IS NOT NULL;
CREATE INDEX patient_word_begins ON patient_word (word, payer_id);
CREATE INDEX patient_word_of_payer ON patient_word (payer_id, word);
CREATE INDEX patient_word_of_patient ON patient_word (patient_id);
CREATE INDEX payment_of_guarantor ON payment (guarantor_id);
CREATE INDEX payment_share_of_invoice ON payment_share (invoice_id);
CREATE INDEX payment_plan_to_look_at ON payment_plan (look_on) WHERE look_on IS NOT NULL;
CREATE INDEX payment_with_credit ON payment (guarantor_id) WHERE unapplied_cents > 0;
CREATE INDEX refund_waiting ON refund (id) WHERE status = 'pending';
CREATE INDEX inbox_item_due ON inbox_item (due_at) WHERE handled_at IS NULL;
CREATE INDEX message_due ON message (due_at) WHERE status IN ('queued', 'sending');
CREATE INDEX card_due ON card (due_at) WHERE wanted > shown;
CREATE INDEX post_due ON post (due_at) WHERE status = 'queued';
CREATE UNIQUE INDEX one_open_set ON invoice_set (guarantor_id) WHERE status IN ('active', 'paused', 'expired', 'failed', 'will_fail');
CREATE UNIQUE INDEX late_fee_once_a_period ON invoice_adjustment (invoice_id, kind, period) WHERE period IS NOT NULL;
CREATE TRIGGER agency_invoice_kept_from_UPDATE BEFORE UPDATE ON agency_invoice BEGIN
    SELECT RAISE(ABORT, 'rows of agency_invoice are never changed or removed');
END;
CREATE TRIGGER agency_invoice_kept_from_DELETE BEFORE DELETE ON agency_invoice BEGIN
    SELECT RAISE(ABORT, 'rows of agency_invoice are never changed or removed');
END;
CREATE TRIGGER cash_movement_kept_from_UPDATE BEFORE UPDATE ON cash_movement BEGIN
    SELECT RAISE(ABORT, 'rows of cash_movement are never changed or removed');
END;
CREATE TRIGGER cash_movement_kept_from_DELETE BEFORE DELETE ON cash_movement BEGIN
    SELECT RAISE(ABORT, 'rows of cash_movement are never changed or removed');
END;
CREATE TRIGGER claim_posting_kept_from_UPDATE BEFORE UPDATE ON claim_posting BEGIN
    SELECT RAISE(ABORT, 'rows of claim_posting are never changed or removed');
END;
CREATE TRIGGER claim_posting_kept_from_DELETE BEFORE DELETE ON claim_posting BEGIN
    SELECT RAISE(ABORT, 'rows of claim_posting are never changed or removed');
END;
CREATE TRIGGER consent_kept_from_UPDATE BEFORE UPDATE ON consent BEGIN
    SELECT RAISE(ABORT, 'rows of consent are never changed or removed');
END;
CREATE TRIGGER consent_kept_from_DELETE BEFORE DELETE ON consent BEGIN
    SELECT RAISE(ABORT, 'rows of consent are never changed or removed');
END;
CREATE TRIGGER credit_note_kept_from_UPDATE BEFORE UPDATE ON credit_note BEGIN
    SELECT RAISE(ABORT, 'rows of credit_note are never changed or removed');
END;
CREATE TRIGGER credit_note_kept_from_DELETE BEFORE DELETE ON credit_note BEGIN
    SELECT RAISE(ABORT, 'rows of credit_note are never changed or removed');
END;
CREATE TRIGGER due_statement_kept_from_UPDATE BEFORE UPDATE ON due_statement BEGIN
    SELECT RAISE(ABORT, 'rows of due_statement are never changed or removed');
END;
CREATE TRIGGER due_statement_kept_from_DELETE BEFORE DELETE ON due_statement BEGIN
    SELECT RAISE(ABORT, 'rows of due_statement are never changed or removed');
END;
CREATE TRIGGER event_kept_from_UPDATE BEFORE UPDATE ON event BEGIN
    SELECT RAISE(ABORT, 'rows of event are never changed or removed');
END;
CREATE TRIGGER event_kept_from_DELETE BEFORE DELETE ON event BEGIN
    SELECT RAISE(ABORT, 'rows of event are never changed or removed');
END;
CREATE TRIGGER ledger_entry_kept_from_UPDATE BEFORE UPDATE ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'rows of ledger_entry are never changed or removed');
END;
CREATE TRIGGER ledger_entry_kept_from_DELETE BEFORE DELETE ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'rows of ledger_entry are never changed or removed');
END;
CREATE TRIGGER stock_movement_kept_from_UPDATE BEFORE UPDATE ON stock_movement BEGIN
    SELECT RAISE(ABORT, 'rows of stock_movement are never changed or removed');
END;
CREATE TRIGGER stock_movement_kept_from_DELETE BEFORE DELETE ON stock_movement BEGIN
    SELECT RAISE(ABORT, 'rows of stock_movement are never changed or removed');
END;
CREATE TRIGGER invoice_sealed_from_DELETE BEFORE DELETE ON invoice WHEN OLD.status <> 'draft' BEGIN
    SELECT RAISE(ABORT, 'an invoice is never removed once it is sent');
END;
CREATE TRIGGER invoice_line_sealed_from_UPDATE BEFORE UPDATE OF invoice_id, position, code, kind, served_on, description, quantity_thousandths, unit_price_cents, list_price_cents, rate_reason, amount_cents, taxes ON invoice_line WHEN (SELECT status FROM invoice WHERE id = OLD.invoice_id) <> 'draft' BEGIN
    SELECT RAISE(ABORT, 'rows of invoice_line are never changed once their invoice is sent');
END;
CREATE TRIGGER invoice_line_sealed_from_DELETE BEFORE DELETE  ON invoice_line WHEN (SELECT status FROM invoice WHERE id = OLD.invoice_id) <> 'draft' BEGIN
    SELECT RAISE(ABORT, 'rows of invoice_line are never changed once their invoice is sent');
END;
CREATE TRIGGER invoice_adjustment_sealed_from_UPDATE BEFORE UPDATE OF invoice_id, line, kind, period, description, basis_points, amount_cents, reason ON invoice_adjustment WHEN (SELECT status FROM invoice WHERE id = OLD.invoice_id) <> 'draft' BEGIN
    SELECT RAISE(ABORT, 'rows of invoice_adjustment are never changed once their invoice is sent');
END;
CREATE TRIGGER invoice_adjustment_sealed_from_DELETE BEFORE DELETE  ON invoice_adjustment WHEN (SELECT status FROM invoice WHERE id = OLD.invoice_id) <> 'draft' BEGIN
    SELECT RAISE(ABORT, 'rows of invoice_adjustment are never changed once their invoice is sent');
END;
CREATE TRIGGER invoice_tax_sealed_from_UPDATE BEFORE UPDATE OF invoice_id, name, title, basis_points, included, base_cents, amount_cents ON invoice_tax WHEN (SELECT status FROM invoice WHERE id = OLD.invoice_id) <> 'draft' BEGIN
    SELECT RAISE(ABORT, 'rows of invoice_tax are never changed once their invoice is sent');
END;
CREATE TRIGGER invoice_tax_sealed_from_DELETE BEFORE DELETE  ON invoice_tax WHEN (SELECT status FROM invoice WHERE id = OLD.invoice_id) <> 'draft' BEGIN
    SELECT RAISE(ABORT, 'rows of invoice_tax are never changed once their invoice is sent');
END;
INSERT INTO chain_head (id, seq, hash) VALUES (1, 0, '');
