/**
 * Texts to begin with, in ovs-ofctl's language: flows, groups and meters that between them say every word.
 *
 * Source: ovs-ofctl(8), ovs-fields(7) and ovs-actions(7) of Open vSwitch 3.1.
 */
const MATCHES = [
  'in_port=1,dl_src=00:11:22:33:44:55/ff:ff:00:00:00:00,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00',
  'tcp,nw_src=10.0.0.0/8,nw_dst=192.168.1.1,tp_src=0x80/0xff80,tp_dst=443,tcp_flags=+syn-ack',
  'udp6,ipv6_src=fd00::1/64,ipv6_dst=::1,ipv6_label=0x12345,nw_tos=184,nw_ecn=1,nw_ttl=64',
  'arp,arp_spa=1.2.3.4,arp_tpa=1.2.3.5/24,arp_op=1,arp_sha=00:00:00:00:00:01,arp_tha=00:00:00:00:00:02',
  'icmp6,icmp_type=135,icmp_code=0,nd_target=fd00::2,nd_sll=00:00:00:00:00:03',
  'ct_state=+trk+new-est,ct_zone=7,ct_mark=0x1/0xff,ct_label=0x1234567890abcdef1234567890abcdef,ip',
  'tun_id=0x64/0xff,tun_src=1.1.1.1,tun_dst=2.2.2.2,tun_flags=+oam,tun_metadata0=0x1234/0xffff',
  'reg0=1,reg15=0xff/0xff,xreg3=0x100000000,xxreg1=0x1,metadata=5/7,pkt_mark=9,actset_output=3',
  'dl_vlan=100,dl_vlan_pcp=3,vlan_tci=0x1064/0x1fff,mpls,mpls_label=16,mpls_tc=2,mpls_bos=1,mpls_ttl=9',
  'packet_type=(1,0x894f),nsh_flags=1,nsh_mdtype=1,nsh_np=3,nsh_spi=0x123,nsh_si=255,nsh_c1=0x11223344',
  'conj_id=5,ip,ip_frag=later,nw_proto=132,sctp,tp_src=9',
];

const ACTIONS = [
  'drop',
  'output:1,LOCAL,NORMAL,FLOOD,ALL,IN_PORT,TABLE,CONTROLLER:65535,controller(reason=action,max_len=128,id=5,userdata=01.02,pause)',
  'set_field:10.0.0.1->nw_dst,set_field:0x5/0xff->reg0,load:0x1->NXM_NX_REG1[0..15],move:NXM_OF_ETH_SRC[]->NXM_NX_XXREG0[0..47]',
  'push:NXM_NX_REG0[],pop:NXM_NX_REG1[3..8],push_vlan:0x8100,mod_vlan_vid:5,mod_vlan_pcp:3,pop_vlan,strip_vlan',
  'push_mpls:0x8847,set_mpls_label(20),set_mpls_tc(1),set_mpls_ttl(3),dec_mpls_ttl,pop_mpls:0x0800',
  'dec_ttl,dec_ttl(1,2,3),set_queue:7,pop_queue,set_tunnel:0x5,set_tunnel64:0x123456789a,enqueue:1:2',
  'resubmit(,5),resubmit(3,4),resubmit(1,2,ct),output(port=2,max_len=100),output:NXM_NX_REG0[0..15]',
  'learn(table=1,idle_timeout=10,hard_timeout=20,priority=9,cookie=0x5,fin_idle_timeout=1,send_flow_rem,limit=7,result_dst=NXM_NX_REG0[0],NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15],output:NXM_OF_IN_PORT[])',
  'ct(commit,zone=NXM_NX_REG0[0..15],table=3,force,alg=ftp,nat(src=10.0.0.1-10.0.0.9:1000-2000,random,persistent),exec(set_field:1->ct_mark,move:NXM_NX_REG0[]->NXM_NX_CT_LABEL[0..31]))',
  'ct(nat),ct_clear,clone(set_field:1->reg0,ct(commit),output:2),note:00.11.22.33,sample(probability=12345,collector_set_id=1,obs_domain_id=2,obs_point_id=3,sampling_port=4,egress)',
  'multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[]),bundle(symmetric_l4,60,hrw,ofport,members:2,3),bundle_load(eth_src,0,active_backup,ofport,NXM_NX_REG0[],members:1)',
  'conjunction(5,1/2),fin_timeout(idle_timeout=1,hard_timeout=2),exit,check_pkt_larger(1500)->NXM_NX_REG0[0],delete_field:tun_metadata0',
  'encap(nsh(md_type=2,tlv(0x1000,10,0x12345678))),encap(ethernet),decap(),decap(packet_type(ns=1,type=0x894f)),dec_nsh_ttl',
  'mod_dl_src:00:00:00:00:00:01,mod_dl_dst:00:00:00:00:00:02,mod_nw_src:1.1.1.1,mod_nw_dst:2.2.2.2,mod_nw_tos:4,mod_nw_ecn:1,mod_nw_ttl:3,mod_tp_src:5,mod_tp_dst:6',
  'meter:5,output:1,clear_actions,write_actions(output:2,group:3),write_metadata:0x5/0xff,goto_table:9',
  'group:7,debug_recirc,debug_slow,copy_ttl_in,copy_ttl_out',
];

const FLOWS = [
  ...MATCHES.map((match) => `table=1,priority=5,${match},actions=drop`),
  ...ACTIONS.map((actions) => `tcp,actions=${actions}`),
  'delete table=3,cookie=0x1/-1,out_port=2,out_group=4',
  'modify_strict cookie=7,idle_timeout=5,hard_timeout=6,importance=8,send_flow_rem,check_overlap,reset_counts,no_packet_counts,no_byte_counts,actions=1',
];

const GROUPS = [
  'group_id=1,type=all,bucket=output:1,bucket=bucket_id:5,actions=output:2',
  'group_id=2,type=select,selection_method=hash,selection_method_param=3,fields(eth_src,ip_dst=255.255.0.0),bucket=weight:10,output:1',
  'group_id=3,type=ff,bucket=watch_port:1,output:1,bucket=watch_group:2,actions=output:2',
  'group_id=4,type=indirect,bucket=set_field:1->reg0,resubmit(,1)',
  'insert_bucket group_id=1,command_bucket_id=last,bucket=bucket_id=9,actions=3',
  'remove_bucket group_id=1,command_bucket_id=all',
  'delete group_id=5',
];

const METERS = [
  'meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=100',
  'meter=2,pktps,bands=type=dscp_remark,rate=5,prec_level=1,type=drop,rate=10',
  'meter=controller,kbps,band=type=drop,rate=1',
];

/** In the order of the parsers (text-target.ts). */
export const TEXT_SEEDS: readonly (readonly string[])[] = [FLOWS, GROUPS, METERS];
