# bash completion for metrics-event; generated from the tables in src/ by ./dev docs; do not edit
# shellcheck shell=bash

_metrics_event() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} subject='' choices i
  # Readline takes `=` for a word of its own: --output=json arrives as three words.
  if [[ $word == '=' ]]; then
    word=''
  elif [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      runner-installed | runner-start | runner-stop | reconciliation | send | batch | schema | completion | check | flush | listen)
        subject=${COMP_WORDS[i]}
        break
        ;;
    esac
  done
  case $previous in
    --password-file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --bearer-token-file)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --ca-cert)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --cert)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --key)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --log-path)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --config)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --entry-time) choices='now event' ;;
    --on) choices='success failure always' ;;
    --output) choices='text json' ;;
    --url | --label | --metadata | --header | --org-id | --username | --no-proxy | --proxy | --events | --timeout | --connect-timeout | --retries | --spool-max-bytes | --flavor | --duration | --timestamp | --workflow | --repo | --github-event | --idle | --queue-duration | --status | --status-info-code | --job-duration | --job-conclusion | --crashed-runners | --idle-runners | --active-runners | --expected-runners | --wait | --event | --older-than | --address | --port | --count | --respond) return ;;
    *)
      choices='--url --label --metadata --header --org-id --username --password-file --bearer-token-file --ca-cert --cert --key --tls-skip-verify --no-proxy --proxy --log-path --special-file --config --events --timeout --connect-timeout --retries --spool --spool-max-bytes --entry-time --on --best-effort --disabled --dry-run --output --quiet --verbose --help --version'
      case $subject in
        runner-installed) choices='--flavor --duration --timestamp '$choices ;;
        runner-start) choices='--flavor --workflow --repo --github-event --idle --queue-duration --timestamp '$choices ;;
        runner-stop) choices='--flavor --workflow --repo --github-event --status --status-info-code --job-duration --job-conclusion --timestamp '$choices ;;
        reconciliation) choices='--flavor --crashed-runners --idle-runners --active-runners --expected-runners --duration --timestamp '$choices ;;
        send) choices='--url --label --metadata --header --org-id --username --password-file --bearer-token-file --ca-cert --cert --key --tls-skip-verify --no-proxy --proxy --log-path --special-file --config --events --timeout --connect-timeout --retries --spool --spool-max-bytes --entry-time --on --best-effort --disabled --dry-run --output --quiet --verbose --help --version' ;;
        batch) choices='--url --label --metadata --header --org-id --username --password-file --bearer-token-file --ca-cert --cert --key --tls-skip-verify --no-proxy --proxy --log-path --special-file --config --events --timeout --connect-timeout --retries --spool --spool-max-bytes --entry-time --on --best-effort --disabled --dry-run --output --quiet --verbose --help --version --null --skip-invalid' ;;
        schema) choices='--events --output --help --version' ;;
        completion) choices='--events --help --version' ;;
        check) choices='--url --label --metadata --header --org-id --username --password-file --bearer-token-file --ca-cert --cert --key --tls-skip-verify --no-proxy --proxy --log-path --special-file --config --events --timeout --connect-timeout --retries --spool --spool-max-bytes --entry-time --on --best-effort --disabled --dry-run --output --quiet --verbose --help --version --send --wait' ;;
        flush) choices='--url --header --username --password-file --bearer-token-file --ca-cert --cert --key --tls-skip-verify --no-proxy --proxy --config --timeout --connect-timeout --retries --spool --best-effort --disabled --dry-run --output --quiet --verbose --help --version --wait --list --drop --all --event --older-than --refused' ;;
        listen) choices='--config --timeout --output --verbose --help --version --address --port --count --respond' ;;
        *) [[ $word == -* ]] || choices='runner-installed runner-start runner-stop reconciliation send batch schema completion check flush listen' ;;
      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}

complete -F _metrics_event metrics-event
