"""What an expert would otherwise write, on the same CSV files: DuckDB and Polars, neither checking a cell.

python3 reference.py FOLDER THREADS prints one line a figure: name, version, seconds and seconds of
processor time of all threads (the best of three of each).
The series has eight indicators at 120 month ends, from precomputed flags and event deltas: referrals and those without
further action, repeat referrals, assessments over 63 days, plan starts and second plans, open plans, plans open 18 and
24 months, children looked after.
"""

import sys
import time

FOLDER, THREADS = sys.argv[1], int(sys.argv[2])
TABLES = {
    "ssd_person": {"pers_dob": 1},
    "ssd_cin_episodes": {"cine_referral_date": 1},
    "ssd_cin_assessments": {"cina_assessment_start_date": 1, "cina_assessment_auth_date": 1},
    "ssd_cp_plans": {"cppl_cp_plan_start_date": 1, "cppl_cp_plan_end_date": 1},
    "ssd_cla_episodes": {"clae_cla_episode_start_date": 1, "clae_cla_episode_ceased_date": 1},
    "ssd_cla_placement": {"clap_cla_placement_start_date": 1, "clap_cla_placement_end_date": 1},
    "ssd_missing": {"miss_missing_episode_start_date": 1},
}


def best(work):
    wall, processor = [], []
    for _ in range(3):
        begun, used = time.perf_counter(), time.process_time()
        result = work()
        wall.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
        del result
    return f"{min(wall):.4f} {min(processor):.4f}"


def duckdb_reads():
    import duckdb

    def load():
        con = duckdb.connect()
        con.execute(f"SET threads TO {THREADS}")
        for table, dates in TABLES.items():
            types = ", ".join(f"'{column}': 'DATE'" for column in dates)
            con.execute(
                f"CREATE TABLE {table} AS SELECT * FROM read_csv('{FOLDER}/{table}.csv', header=true, delim=',', "
                f"quote='\"', all_varchar=false, types={{{types}}})"
            )
        return con

    print("duckdb-load", duckdb.__version__, best(load))


def polars_reads():
    import os

    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    import polars as pl

    def load():
        return {
            table: pl.read_csv(f"{FOLDER}/{table}.csv", schema_overrides={column: pl.Date for column in dates})
            for table, dates in TABLES.items()
        }

    ends = pl.date_range(pl.date(2015, 4, 1), pl.date(2025, 3, 1), "1mo", eager=True).dt.month_end()

    def running(days):
        """How many of the days are on or before each month end."""
        counts = days.drop_nulls().value_counts(name="n").sort(days.name)
        total = counts.with_columns(pl.col("n").cast(pl.Int64).cum_sum()).rename({days.name: "day"})
        joined = pl.DataFrame({"day": ends}).join_asof(total, on="day")
        return joined["n"].fill_null(0)

    def window(days, months=12):
        total = running(days)
        return total - total.shift(months, fill_value=0)

    def stock(starts, ends_):
        return running(starts) - running(ends_)

    def series(tables):
        referrals = tables["ssd_cin_episodes"].sort("cine_person_id", "cine_referral_date")
        referrals = referrals.with_columns(
            nfa=pl.col("cine_referral_nfa") == "Y",
            repeat=(pl.col("cine_person_id") == pl.col("cine_person_id").shift(1))
            & ((pl.col("cine_referral_date") - pl.col("cine_referral_date").shift(1)).dt.total_days() <= 365),
        )
        out = []
        for flag in ("nfa", "repeat"):
            out.append(window(referrals.filter(pl.col(flag))["cine_referral_date"]))
        out.append(window(referrals["cine_referral_date"]))
        assessments = tables["ssd_cin_assessments"]
        late = (pl.col("cina_assessment_auth_date") - pl.col("cina_assessment_start_date")).dt.total_days() > 63
        out.append(window(assessments["cina_assessment_auth_date"]))
        out.append(window(assessments.filter(late)["cina_assessment_auth_date"]))
        plans = tables["ssd_cp_plans"].sort("cppl_person_id", "cppl_cp_plan_start_date")
        start, end = pl.col("cppl_cp_plan_start_date"), pl.col("cppl_cp_plan_end_date")
        plans = plans.with_columns(second=pl.col("cppl_person_id") == pl.col("cppl_person_id").shift(1))
        out.append(window(plans["cppl_cp_plan_start_date"]))
        out.append(window(plans.filter("second")["cppl_cp_plan_start_date"]))
        out.append(stock(plans["cppl_cp_plan_start_date"], plans["cppl_cp_plan_end_date"]))
        for months in ("18mo", "24mo"):
            turns = plans.with_columns(turn=start.dt.offset_by(months)).filter(pl.col("turn") < end)
            out.append(stock(turns["turn"], turns["cppl_cp_plan_end_date"]))
        care = tables["ssd_cla_episodes"]
        out.append(stock(care["clae_cla_episode_start_date"], care["clae_cla_episode_ceased_date"]))
        return out

    print("polars-load", pl.__version__, best(load))
    print("polars-end-to-end", pl.__version__, best(lambda: series(load())))


for part in (duckdb_reads, polars_reads):
    try:
        part()
    except ImportError as error:
        print(error.name, "not-installed", "0", "0")
