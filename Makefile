# Everything that a person does with this tree. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help demo demo-down test test-unit test-e2e fuzz check fix schemas protocol-support openflow-vectors bench build clean node-packages

help: ## This list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: ## Three hypervisors, two networks, pings over VXLAN, Geneve and GRE (root; KEEP=1 leaves it up)
	@sh scripts/as-root.sh 'make demo' true
	@sh scripts/install-system.sh lab
	@$(MAKE) --no-print-directory build
	@KEEP="$(KEEP)" sh scripts/as-root.sh 'make demo' node dist/scripts/demo.js up

demo-down: ## End what `make demo KEEP=1` left up
	@test -f dist/scripts/demo.js || $(MAKE) --no-print-directory build
	@sh scripts/as-root.sh 'make demo-down' node dist/scripts/demo.js down

test: ## Install what is missing, build, run every test (the end-to-end ones need root)
	@sh scripts/install-system.sh test
	@$(MAKE) --no-print-directory build
	@node scripts/run-tests.mjs

test-unit: node-packages ## Unit, property and contract tests: seconds, no root
	@node scripts/run-tests.mjs unit

test-e2e: ## End-to-end tests on real Open vSwitch (root)
	@sh scripts/install-system.sh test
	@$(MAKE) --no-print-directory build
	@node scripts/run-tests.mjs e2e

fuzz: node-packages ## Damaged OpenFlow messages and text, minutes long (MINUTES=5, SEED=N; REPLAY='FILE…': what was found)
	@node --import tsx test/fuzz/main.ts $(if $(REPLAY),replay $(REPLAY),--minutes=$(or $(MINUTES),5) $(if $(SEED),--seed=$(SEED)))

check: node-packages ## Format, lint, types, import directions
	@npm run --silent check

fix: node-packages ## Format, and mend what lint can mend by itself
	@npm run --silent fix

schemas: node-packages ## Write the typed OVSDB tables anew from the schema files that the packages install
	@node --import tsx scripts/generate-ovsdb-schemas.ts

protocol-support: node-packages ## Write docs/protocol-support.md anew from the catalogue, the registries and the vectors
	@node --import tsx scripts/openflow-print/make-protocol-support.ts

openflow-vectors: node-packages ## Write test/vectors/openflow anew (ovs-ofctl 3.1 is the judge), and docs/protocol-support.md
	@node --import tsx scripts/openflow-print/make-vectors.ts
	@$(MAKE) --no-print-directory protocol-support

bench: ## Figures beside their peers (QUICK=1, K=2,20 edges, P=1000 ports, F=100000 flows, N=1,200 joining, ONLY=codec,p1,attach,restart,instances,join,idle,ovsdb,large, OVN=0)
	@sh scripts/install-system.sh bench
	@$(MAKE) --no-print-directory build
	@node dist/test/bench/main.js

build: node-packages ## Compile to dist/
	@npm run --silent build

clean: ## Remove what the build made
	rm -rf dist

node-packages:
	@sh scripts/install-node.sh
